#!/bin/sh
# hitscope-batch on a Spark cluster: spark-submit.sh MASTER MANIFEST OUT [OPTION...]
#
#   deploy/cluster/spark-submit.sh spark://10.0.0.1:7077 s3://catalogue/library.parquet s3://catalogue/results
#
# Every node has the package ('hitscope[spark]') in the Python that PYSPARK_PYTHON names, and the program on
# its PATH or at HITSCOPE_PROGRAM. Tracks do not go through Spark: a gigabyte for Java is enough, what the
# Python workers take (about 150 MB a core) stands under memoryOverhead. Spark has no authentication unless
# spark.authenticate and its secret are set on all nodes: keep it in a private network.
set -eu
[ $# -ge 3 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
master=$1 manifest=$2 out=$3
shift 3
python=${PYSPARK_PYTHON:-python3}
exec spark-submit --master "$master" \
  --conf spark.executor.memory=1g \
  --conf spark.executor.memoryOverhead=4g \
  --conf spark.task.maxFailures=8 \
  --conf spark.ui.enabled=false \
  --conf spark.executorEnv.HITSCOPE_PROGRAM="${HITSCOPE_PROGRAM:-}" \
  --conf spark.pyspark.python="$python" \
  "$("$python" -c 'import hitscope.batch.__main__ as main; print(main.__file__)')" \
  run --engine spark --manifest "$manifest" --out "$out" "$@"
