#!/usr/bin/env bash
# What real clients send with and without the hooks, and through the gateway: runs Claude Code and Codex on loopback with a dummy key
# against a recording stub, once for each way in which text leaves, and prints tables. usage: tests/clients/run.sh [OUT]
#   CLIENTS_STUB  a folder with run.sh, stub.mjs and a project acme (default: ../shared/wire/clients beside the repository)
#   LEAKSCAN      the program (default: published here, native code)
# Ends with 1 if anything that a hook or the gateway can stop has reached the stub, with 0 and a reason if it was skipped.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
stub=${CLIENTS_STUB:-$repository/../shared/wire/clients}
skip() { echo "skipped: real clients: $1"; exit 0; }
[ -f "$stub/run.sh" ] || skip "there is no stub in $stub (set CLIENTS_STUB)"
stub=$(cd "$stub" && pwd)
for program in node npm unshare ip git; do command -v $program >/dev/null || skip "there is no $program here"; done
unshare -rn true 2>/dev/null || skip "no namespaces here (unshare -rn)"

trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM
out=$(mkdir -p "${1:-$(mktemp -d)}" && cd "${1:-$_}" && pwd)
if [ -z "${LEAKSCAN:-}" ]; then
  (cd "$repository" && dotnet publish src/LeakScan.Cli -c Release -r linux-x64 -o "$out/cli" -v q >&2)
  LEAKSCAN=$out/cli/leakscan
fi
export LEAKSCAN_KEY_FILE=$out/key LEAKSCAN_AUDIT_FILE=$out/audit.jsonl
cp -r "$stub/acme" "$out/acme-indexed"
"$LEAKSCAN" index build -o "$out/corp.lsi" "$out/acme-indexed" 2>>"$out/log"
CLAUDE_CONFIG_DIR=$out/claude "$LEAKSCAN" hook install claude-code --index "$out/corp.lsi" --audit "$LEAKSCAN_AUDIT_FILE" >>"$out/log" 2>&1
CODEX_HOME=$out/codex "$LEAKSCAN" hook install codex --index "$out/corp.lsi" --audit "$LEAKSCAN_AUDIT_FILE" >>"$out/log" 2>&1

marker='accrual = tenor_days / 365.0' # a line of acme/src/rate_engine.py
code=$(sed -n 5,16p "$stub/acme/src/rate_engine.py")
failed=0

steps() { # file, step...: what the stub's model does
  local file=$1 list
  shift
  list=$(IFS=,; echo "$*")
  printf '{"steps":[%s],"final":"done"}\n' "$list" >"$out/$file"
}
json() { node -e 'process.stdout.write(JSON.stringify(process.argv[1]))' "$1"; }
patch=$(printf '*** Begin Patch\n*** Add File: src/written.py\n%s\n*** End Patch\n' "$(sed 's/^/+/' <<<"$code")")
steps none.json
steps cc-read.json '{"name":"Read","input":{"file_path":"@PROJECT@/src/rate_engine.py"}}'
steps cc-cat.json '{"name":"Bash","input":{"command":"cat src/rate_engine.py"}}'
steps cc-python.json '{"name":"Bash","input":{"command":"python3 -c \"print(open(\\\"src/rate_engine.py\\\").read())\""}}'
steps cc-grep.json '{"name":"Grep","input":{"pattern":"e","path":"src","output_mode":"content"}}'
steps cc-write.json "{\"name\":\"Write\",\"input\":{\"file_path\":\"@PROJECT@/src/written.py\",\"content\":$(json "$code")}}"
steps cc-fail.json '{"name":"Bash","input":{"command":"python3 -c \"print(open(\\\"src/rate_engine.py\\\").read()); exit(3)\""}}'
steps cx-cat.json '{"name":"exec_command","input":{"cmd":"cat src/rate_engine.py"}}'
steps cx-python.json '{"name":"exec_command","input":{"cmd":"python3 -c \"print(open(\\\"src/rate_engine.py\\\").read())\""}}'
steps cx-patch.json "{\"name\":\"exec_command\",\"input\":{\"cmd\":$(json "apply_patch <<'EOF'
$patch
EOF")}}"
steps cx-code-cat.json '{"name":"exec","custom":true,"namespace":"functions","input":"const r = await tools.exec_command({cmd:\"cat src/rate_engine.py\"}); text(r.output);"}'

declare -A installed
run() { # stoppable?, client, what, steps, prompt: without and with hooks at once, each in a namespace of its own, once the client is installed
  local stoppable=$1 client=$2 what=$3 steps=$4 prompt=$5 reached=() written=() hooks settings folder
  for hooks in without with; do
    folder=$out/runs/$client-${what//[^A-Za-z]/-}-$hooks
    settings=
    if [ $hooks = with ]; then settings=$out/claude/settings.json; [ "$client" = codex ] && settings=$out/codex/hooks.json; fi
    mkdir -p "$folder"
    SETTINGS=$settings MODEL=${MODEL:-gpt-5.4} bash "$stub/run.sh" "$client" "$folder" "$(realpath --relative-to="$stub" "$out/$steps")" "$prompt" >"$folder/run.log" 2>&1 &
    [ "${installed[$client]:-}" ] || { wait $! || true; installed[$client]=1; }
  done
  wait
  for hooks in without with; do
    folder=$out/runs/$client-${what//[^A-Za-z]/-}-$hooks
    if ! grep -q '^client exit' "$folder/run.log"; then
      tail -3 "$folder/run.log"
      skip "$client could not be installed or started"
    fi
    reached+=("$(node "$repository/tests/clients/reached.mjs" "$folder/http" "$marker")")
    written+=("$([ -f "$folder/acme/src/written.py" ] && echo yes || echo no)")
  done
  local verdict=held
  if [[ ${reached[0]} = 0\ * && ${written[0]} = no ]]; then verdict="nothing to hold"; fi
  if [[ ${reached[1]} != 0\ * || ${written[1]} = yes ]]; then
    verdict="not held, no hook can"
    if [ "$stoppable" = yes ]; then verdict="NOT HELD" failed=1; fi
  fi
  printf '| %s | %s | %s | %s | %s, %s | %s |\n' "$client" "$what" "${reached[0]}" "${reached[1]}" "${written[0]}" "${written[1]}" "$verdict"
}

echo "| client | way out | requests with the text, without hooks | with hooks | written to disk, without and with | |"
echo "|---|---|---|---|---|---|"
run yes claude-code "prompt" none.json "Please explain:
$code"
run yes claude-code "@file" none.json 'Explain @src/rate_engine.py please'
run yes claude-code "Read" cc-read.json 'go on'
run yes claude-code "Bash cat" cc-cat.json 'go on'
run yes claude-code "Bash, undecidable" cc-python.json 'go on'
run yes claude-code "Grep" cc-grep.json 'go on'
run yes claude-code "Write" cc-write.json 'go on'
run no claude-code "Bash that fails" cc-fail.json 'go on'
run yes codex "prompt" none.json "Please explain:
$code"
run yes codex "@file" none.json 'Explain @src/rate_engine.py please'
run yes codex "exec cat" cx-cat.json 'go on'
run yes codex "exec, undecidable" cx-python.json 'go on'
run yes codex "patch" cx-patch.json 'go on'
MODEL=gpt-6-sol run yes codex "code mode cat" cx-code-cat.json 'go on'

gateway() { # client, what, steps, prompt: without hooks, which cannot stop all of it
  local client=$1 what=$2 steps=$3 prompt=$4 folder=$out/runs/$1-${2//[^A-Za-z]/-}-gateway reached verdict=held
  mkdir -p "$folder"
  WITH="'$LEAKSCAN' gateway --index '$out/corp.lsi' --key-file '$LEAKSCAN_KEY_FILE' --audit '$LEAKSCAN_AUDIT_FILE' --listen 127.0.0.1:18090 --upstream anthropic=http://127.0.0.1:18080 --upstream openai=http://127.0.0.1:18080/v1" \
    BASE=http://127.0.0.1:18090 SETTINGS='' MODEL=${MODEL:-gpt-5.4} bash "$stub/run.sh" "$client" "$folder" "$(realpath --relative-to="$stub" "$out/$steps")" "$prompt" >"$folder/run.log" 2>&1 || true
  reached=$(node "$repository/tests/clients/reached.mjs" "$folder/http" "$marker")
  grep -q '^client exit' "$folder/run.log" && [[ $reached = 0\ * && $reached != *" 0" ]] || verdict="NOT HELD" failed=1
  grep -qs 'LeakScan blocked this' "$folder/stdout" "$folder/stderr" || verdict="NOT TOLD" failed=1
  printf '| %s | %s | %s | %s |\n' "$client" "$what" "$reached" "$verdict"
}

echo
echo "| client | way out | requests with the text, through the gateway | |"
echo "|---|---|---|---|"
gateway claude-code "@file" none.json 'Explain @src/rate_engine.py please'
gateway claude-code "Bash that fails" cc-fail.json 'go on'
gateway codex "exec cat" cx-cat.json 'go on'
MODEL=gpt-6-sol gateway codex "code mode cat" cx-code-cat.json 'go on'
echo
"$LEAKSCAN" audit "$LEAKSCAN_AUDIT_FILE"
exit $failed
