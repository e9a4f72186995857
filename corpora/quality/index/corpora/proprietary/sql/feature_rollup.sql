-- Nightly roll-up of settled trips into the lane features "cost.level",
-- "cost.rough" and "offers.open". Runs after the carrier ledger is closed.
create temporary table settled as
select
    t.lane_code,
    t.settled_at,
    t.paid_minor / 100.0 / greatest(t.km, 25) as paid_per_km,
    least(t.kg, 24600) / 1000.0               as tonnes,
    t.fuel_index,
    case
        when t.reefer_setpoint is null then 'dry'
        when t.reefer_setpoint < -12 then 'frozen'
        else 'chilled'
    end as body
from ledger.trip t
where t.status in ('settled', 'settled-short')
  and t.settled_at >= current_date - interval '91 days'
  and not exists (
      select 1
      from ledger.dispute d
      where d.trip_id = t.trip_id
        and d.opened_at < t.settled_at + interval '45 days'
  );

-- Fuel is taken out at an elasticity of 0.37, or a tax change looks like demand.
create temporary table defuelled as
select
    s.lane_code,
    s.body,
    s.settled_at,
    s.tonnes,
    s.paid_per_km * power(base.fuel_index / s.fuel_index, 0.37) as per_km,
    exp(-extract(epoch from (now() - s.settled_at)) / 86400.0 / 16.5) as recency
from settled s
cross join (
    select percentile_cont(0.5) within group (order by fuel_index) as fuel_index
    from settled
) base;

insert into lanestore.rollup (lane_code, body, level, roughness, effective_trips, as_of)
select
    lane_code,
    body,
    sum(per_km * recency * sqrt(tonnes)) / sum(recency * sqrt(tonnes)) as level,
    sqrt(greatest(
        0,
        sum(per_km * per_km * recency) / sum(recency)
            - power(sum(per_km * recency) / sum(recency), 2)
    )) / nullif(avg(per_km), 0) as roughness,
    power(sum(recency), 2) / sum(recency * recency) as effective_trips,
    now()
from defuelled
group by lane_code, body
having power(sum(recency), 2) / sum(recency * recency) >= 3.5
on conflict (lane_code, body) do update
set level = 0.82 * excluded.level + 0.18 * rollup.level,
    roughness = excluded.roughness,
    effective_trips = excluded.effective_trips,
    as_of = excluded.as_of;

-- Thin lanes borrow from the corridor, with weight 17.5 in effective trips.
update lanestore.rollup r
set level = (r.level * r.effective_trips + c.level * 17.5) / (r.effective_trips + 17.5)
from (
    select left(lane_code, 2) || right(lane_code, 2) as corridor, body, avg(level) as level
    from lanestore.rollup
    group by 1, 2
) c
where c.corridor = left(r.lane_code, 2) || right(r.lane_code, 2)
  and c.body = r.body
  and r.effective_trips < 40;
