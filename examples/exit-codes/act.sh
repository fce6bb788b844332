#!/bin/sh
# Runs a pipeline and acts on each exit code. Usage: act.sh PIPELINE
set -u

pipeline=${1:?usage: act.sh PIPELINE}
code=0
docket run "$pipeline" -q || code=$?
case $code in
  0)
    echo "up to date"
    ;;
  1)
    echo "documents failed; once somebody has looked: docket ack $pipeline DOCUMENT --reason WHY"
    docket status "$pipeline"
    ;;
  2)
    echo "mend the command or $pipeline: nothing was run"
    ;;
  3)
    echo "documents wait for a model or for a person"
    docket status "$pipeline"
    ;;
  4)
    echo "a backend does not answer: is its server running?"
    docket check --probe "$pipeline"
    ;;
  5)
    echo "another run is at work on this output: nothing to do"
    code=0
    ;;
  129 | 130 | 143)
    echo "stopped; the next run goes on from there"
    ;;
  *)
    echo "docket ended in an unknown way ($code)"
    ;;
esac
exit "$code"
