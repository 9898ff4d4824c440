#!/bin/bash
# hitscope-batch as an array of SLURM: each task computes SHARDS_A_TASK shards, one after the other.
#
#   hitscope-batch manifest /music --out /music/library.parquet     # says how many shards there are: 2500
#   SHARDS=2500 sbatch --array=0-249 deploy/cluster/slurm-array.sh /music/library.parquet /music/results
#
# Submit it again after failures: shards that are there are passed over.
#SBATCH --job-name=hitscope
#SBATCH --cpus-per-task=1
#SBATCH --mem=2560M
#SBATCH --time=04:00:00
#SBATCH --requeue
set -u
manifest=$1 out=$2
shards=${SHARDS:?how many shards the manifest has}
each=${SHARDS_A_TASK:-10}
first=$(( SLURM_ARRAY_TASK_ID * each ))
status=0
for (( shard = first; shard < first + each && shard < shards; shard++ )); do
  hitscope-batch run-shard --manifest "$manifest" --out "$out" --shard "$shard" || status=$?
  [ "$status" -ne 2 ] || break   # wrong usage: the others would say the same
done
exit "$status"
