#!/usr/bin/env bash
# Writes short-run.json: 20 steps of DeviceParityTest's training run in double precision on the CPU.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../../../.."
classpath=$(mktemp)
mvn -q -pl model -am -DskipTests -Dspotless.check.skip package
mvn -q -pl model dependency:build-classpath -Dmdep.outputFile="$classpath" -Dmdep.includeScope=test -DexcludeGroupIds=dev.cria || exit
java -cp "model/target/test-classes:model/target/classes:core/target/classes:tokenizer/target/classes:$(cat "$classpath")" \
    'dev.cria.model.parity.DeviceParityTest$Maker' model/src/test/resources/device/short-run.json
