#!/bin/sh
# One night's run for cron. Usage: nightly.sh FOLDER (with a pipeline.yaml)
# Silent when all documents are done. Otherwise it prints what is wrong, which cron mails, and ends with docket's exit code.
set -eu

cd "${1:?usage: nightly.sh FOLDER}"
code=0
docket run pipeline.yaml -q 2>errors.txt || code=$?
case $code in
  0) exit 0 ;;
  5) exit 0 ;;  # Yesterday's run is still at work, and takes what is new as well.
esac
echo "docket ended with exit code $code in $PWD"
cat errors.txt
[ "$code" = 2 ] || docket status pipeline.yaml 2>&1
exit "$code"
