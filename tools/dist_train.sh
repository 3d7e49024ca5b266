#!/usr/bin/env bash
# bash tools/dist_train.sh CONFIG PROCESSES [options of tools/train.py]
# On several machines set NNODES, NODE_RANK, MASTER_ADDR and PORT. With MAX_RESTARTS=3
# torchrun starts it anew up to 3 times if a process dies, from the newest checkpoint.
set -e
CONFIG=$1
PROCESSES=$2
PYTHONPATH="$(dirname "$0")/..${PYTHONPATH:+:$PYTHONPATH}" exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
    --nproc_per_node="$PROCESSES" --max_restarts="${MAX_RESTARTS:-0}" \
    "$(dirname "$0")/train.py" "$CONFIG" --launcher pytorch "${@:3}"
