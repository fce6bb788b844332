#!/bin/sh
# The input in N parts, each with an output of its own, by GNU parallel. Usage: shards.sh N (in a folder with a pipeline.yaml)
# One docket uses all processors; parts are for several machines (parallel --sshlogin), or to run one part at a time.
# A document is always in the same part, by its name, so that each part knows what it has done before.
set -eu

parts=${1:?usage: shards.sh N}
rm -rf lists
mkdir -p lists shards
part=0
while [ "$part" -lt "$parts" ]; do : >"lists/$part"; part=$((part + 1)); done
find inbox -type f | LC_ALL=C sort | LC_ALL=C awk -v parts="$parts" '
  BEGIN { for (i = 1; i < 256; i++) number[sprintf("%c", i)] = i }
  {
    hash = 0
    for (i = 1; i <= length($0); i++) hash = (hash * 31 + number[substr($0, i, 1)]) % 65521
    print >("lists/" hash % parts)
  }'

# A part without a document has nothing to run.
rm -f shards/log
ended=0
find lists -type f -size +0 -printf '%f\n' | parallel --will-cite --joblog shards/log \
    'docket run pipeline.yaml - --output shards/{} --progress none <lists/{}' || ended=$?
for file in shards/*/results.jsonl; do [ ! -e "$file" ] || cat "$file"; done >results.jsonl

# What docket itself has not said is the gravest: it was killed (128 and the signal), or could not start (127).
codes=$(awk 'NR > 1 { print $8 ? 128 + $8 : $7 }' shards/log)
for code in $codes; do
    case $code in 0 | 1 | 2 | 3 | 4 | 5 | 129 | 130 | 143) ;; *) exit "$code" ;; esac
done
# Then the gravest of the parts' exit codes, in docket's own order.
for code in 2 5 130 143 129 4 1 3; do
    for each in $codes; do [ "$each" != "$code" ] || exit "$code"; done
done
exit "$ended"
