# What the scripts share: the project's root, one way to talk, one way to time. Sourced, never run.
# Talk goes to stderr: stdout belongs to results, so `script/run FILE --format json | jq` works.
# shellcheck shell=sh disable=SC2034

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}

if [ -t 2 ] && [ -z "${CI:-}" ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$(printf '\033[1m') red=$(printf '\033[31m') plain=$(printf '\033[0m')
else
  bold='' red='' plain=''
fi

say() { printf '%s\n' "${bold}==> $*${plain}" >&2; }
complain() { printf '%s\n' "${red}$*${plain}" >&2; }

# timed WORDS COMMAND...: runs the command and says what it is and how long it took. Returns its status.
timed() {
  timed_what=$1; shift
  say "$timed_what"
  timed_start=$(date +%s)
  timed_status=0
  "$@" || timed_status=$?
  timed_seconds=$(( $(date +%s) - timed_start ))
  if [ "$timed_status" -eq 0 ]; then
    say "$timed_what: done in ${timed_seconds} s"
  else
    complain "==> $timed_what: failed after ${timed_seconds} s (status $timed_status)"
  fi
  return "$timed_status"
}
