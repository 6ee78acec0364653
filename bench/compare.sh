#!/usr/bin/env bash
# Times a training step of Cria and of PyTorch in turns, so that both see the same state of the machine, and prints the ratios.
#
#   bench/compare.sh [-r ROUNDS] [CONFIG...]      by default 3 rounds of XS, S and M
#
#   CRIA_PYTHON   a Python with torch and transformers (default: python3)
#   CRIA_COMPARE  also appends the lines of JSON to this file
set -euo pipefail

root=$(cd -P "$(dirname "$(readlink -f "$0")")/.." && pwd)
python=${CRIA_PYTHON:-python3}
rounds=3
while getopts r: option; do
    [[ $option == r ]] || exit 2
    rounds=$OPTARG
done
shift $((OPTIND - 1))
[[ $# -gt 0 ]] || set -- XS S M
"$python" -c 'import torch, transformers' 2>/dev/null \
    || { echo "compare.sh: $python lacks torch or transformers; set CRIA_PYTHON to a Python that has them" >&2; exit 2; }
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE # overrides of CPU detection halve the speed

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for ((round = 1; round <= rounds; round++)); do
    for config in "$@"; do
        echo "round $round of $rounds, config $config" >&2
        for precision in fp32 bf16; do
            "$root/cria" bench train --config "$config" --precision "$precision" 2>/dev/null
            "$python" "$root/bench/pytorch_train_step.py" --config "$config" --precision "$precision" --compile 2>/dev/null
        done
        "$python" "$root/bench/pytorch_train_step.py" --config "$config" 2>/dev/null
    done
done >"$lines"
[[ -z ${CRIA_COMPARE:-} ]] || cat "$lines" >>"$CRIA_COMPARE"
"$python" "$root/bench/ratios.py" <"$lines"
