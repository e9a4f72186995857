-- Which desks sold below the floor, and did it pay? A sale below the floor is
-- excused when the truck would otherwise have driven home empty, that is, when
-- the carrier's next load started within 70 km and 15 hours of the drop.
with sale as (
    select
        q.quote_id,
        q.desk,
        q.lane_code,
        q.total_minor,
        q.floor_minor,
        q.accepted_at,
        b.carrier_id,
        b.dropped_at,
        b.drop_point,
        b.paid_minor
    from sales.quote q
    join ops.booking b using (quote_id)
    where q.accepted_at >= date_trunc('quarter', current_date) - interval '3 months'
),
rescued as (
    select
        s.quote_id,
        bool_or(
            st_distance_sphere(s.drop_point, n.pickup_point) < 70000
            and n.picked_up_at between s.dropped_at and s.dropped_at + interval '15 hours'
        ) as homeward
    from sale s
    left join ops.booking n
        on n.carrier_id = s.carrier_id
       and n.quote_id <> s.quote_id
    group by s.quote_id
),
graded as (
    select
        s.desk,
        s.lane_code,
        s.total_minor - s.paid_minor as margin_minor,
        s.floor_minor - s.total_minor as below_minor,
        case
            when s.total_minor >= s.floor_minor then 'sound'
            when r.homeward then 'homeward'
            when s.total_minor >= s.floor_minor * 0.94 then 'bent'
            else 'broken'
        end as grade
    from sale s
    join rescued r using (quote_id)
)
select
    desk,
    count(*)                                                     as sales,
    count(*) filter (where grade = 'homeward')                   as homeward,
    count(*) filter (where grade = 'bent')                       as bent,
    count(*) filter (where grade = 'broken')                     as broken,
    round(sum(margin_minor) / 100.0, 2)                          as margin,
    round(sum(below_minor) filter (where grade = 'broken') / 100.0, 2) as given_away,
    -- Beta prior of one broken sale in fifty, worth two hundred sales.
    round((count(*) filter (where grade = 'broken') + 4.0) / (count(*) + 200.0), 4) as broken_rate,
    mode() within group (order by lane_code)
        filter (where grade in ('bent', 'broken'))               as worst_lane
from graded
group by desk
having count(*) >= 12
order by broken_rate desc, given_away desc nulls last
limit 60;
