#!/usr/bin/env bash
# bash tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of tools/test.py]
# On several machines set NNODES, NODE_RANK, MASTER_ADDR and PORT.
set -e
CONFIG=$1
CHECKPOINT=$2
PROCESSES=$3
PYTHONPATH="$(dirname "$0")/..${PYTHONPATH:+:$PYTHONPATH}" exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
    --nproc_per_node="$PROCESSES" \
    "$(dirname "$0")/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "${@:4}"
