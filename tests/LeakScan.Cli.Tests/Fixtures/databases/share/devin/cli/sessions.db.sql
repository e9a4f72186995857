CREATE TABLE sessions (id TEXT PRIMARY KEY, working_directory TEXT, model TEXT, created_at INTEGER, title TEXT, main_chain_id TEXT, cogs_json TEXT, hidden INTEGER);
CREATE TABLE message_nodes (row_id INTEGER PRIMARY KEY, session_id TEXT, node_id TEXT, parent_node_id TEXT, chat_message TEXT, created_at INTEGER, metadata TEXT);
CREATE TABLE prompt_history (id INTEGER PRIMARY KEY, content TEXT, timestamp INTEGER, session_id TEXT);
CREATE TABLE tool_call_state (session_id TEXT, tool_call_id TEXT, tool_call_json TEXT, tool_call_update_json TEXT, PRIMARY KEY (session_id, tool_call_id));
INSERT INTO sessions VALUES ('v1', '/home/mara/heron', 'm', 1, 'Packing', NULL, NULL, 0);
INSERT INTO message_nodes VALUES (1, 'v1', 'n1', NULL, '{"role": "user", "content": "        temperature_dk,\n    })\n}\n\nfn pack(lines: &[ShipmentLine], out: &mut impl Write) -> io::Result<usize> {\n    let mut by_lane: BTreeMap<&str, Vec<&ShipmentLine>> = BTreeMap::new();\n    for line in lines {\n        by_lane.entry(&line.lane).or_default().push(line);\n    }\n    out.write_all(b\"QMP4\")?;\n    let mut written = 4;\n    for (lane, mut group) in by_lane {\n        group.sort_by_key(|l| (l.stop, l.consignment));\n        let columns = [\n            Column::sorted(group.iter().map(|l| u64::from(l.stop))),\n            Column::free(group.iter().map(|l| l.consignment)),"}', 1, NULL);
INSERT INTO message_nodes VALUES (2, 'v1', 'n2', 'n1', '{"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "function": {"name": "edit", "arguments": "{\"path\": \"a\", \"text\": \"        double deadBand = 0.0025 * Math.Exp(-load.Km / 210.0);\\n        drift = Math.Sign(drift) * Math.Max(0.0, Math.Abs(drift) - deadBand);\\n        string corridor = load.Lane[..2] + load.Lane[^3..^1];\\n        lock (_lock)\\n        {\\n            if (!_byCorridor.TryGetValue(corridor, out List<double>? drifts))\\n            {\\n                _byCorridor[corridor] = drifts = new List<double>();\\n            }\\n            drifts.Add(drift);\\n        }\\n    }\\n\\n    public ReplayVerdict Judge(ReplayLimits limits)\\n    {\\n        List<double> all = _byCorridor.Values.SelectMany(drifts => drifts).OrderBy(drift => drift).ToList();\"}"}}]}', 2, NULL);
INSERT INTO prompt_history VALUES (1, '      const x = regions.indexOf(cell.to) * side;
      const y = regions.indexOf(cell.from) * side;
      context.fillStyle = shade(cell.strain);
      // Own-region corridors are drawn inset: they are tours, not lanes.
      const inset = cell.from === cell.to ? side * 0.17 : 0.5;
      context.fillRect(x + inset, y + inset, side - 2 * inset, side - 2 * inset);
    }
    return () => settle.cancel();
  }, [cells, regions, settle]);

  const locate = (event: React.MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const step = box.width / regions.length;
    const to = regions[Math.floor((event.clientX - box.left) / step)];
    const from = regions[Math.floor((event.clientY - box.top) / step)];
    return cells.find((c) => c.from === from && c.to === to) ?? null;', 1, 'v1');
INSERT INTO tool_call_state VALUES ('v1', 'c1', '{"name": "read", "output": "        wanted.delete(lane);\n      }\n    }\n    const missing = [...wanted].sort();\n    const calls: Promise<LaneSnapshot[]>[] = [];\n    for (let i = 0; i < missing.length; i += LANES_PER_CALL) {\n      calls.push(this.gather(missing.slice(i, i + LANES_PER_CALL), horizon));\n    }\n    const fetched = (await Promise.all(calls)).flat();\n    return [...ready, ...fetched].sort((a, b) => a.lane.localeCompare(b.lane));\n  }\n\n  private gather(lanes: string[], horizon: Horizon): Promise<LaneSnapshot[]> {\n    const key = `${horizon}|${lanes.join(\",\")}`;\n    const running = this.inFlight.get(key);\n    if (running) {"}', NULL);
