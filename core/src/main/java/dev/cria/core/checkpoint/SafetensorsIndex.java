package dev.cria.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.io.InvalidFileException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The index beside the shards of a model: which file holds which tensor. */
final class SafetensorsIndex {
    static final String SUFFIX = ".safetensors.index.json";
    private static final long MAX_BYTES = 100_000_000;

    private SafetensorsIndex() {}

    /**
     * Reads an index.
     *
     * @return the shard of each tensor, both by name
     * @throws InvalidFileException if it is malformed, or a shard is missing or lies outside the directory
     */
    static Map<String, Path> read(Path index) {
        JsonNode weightMap = StrictJson.readObject(index, MAX_BYTES).path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new InvalidFileException(index, "it has no weight_map from tensor names to files; write it again");
        }
        Map<String, Path> shards = new LinkedHashMap<>();
        Map<String, Path> byFile = new LinkedHashMap<>();
        weightMap.properties().forEach(entry -> {
            JsonNode file = entry.getValue();
            if (!file.isTextual()) {
                throw fail(index, entry.getKey(), "its file is no string");
            }
            shards.put(
                    entry.getKey(), byFile.computeIfAbsent(file.asText(), name -> shard(index, entry.getKey(), name)));
        });
        return shards;
    }

    private static Path shard(Path index, String tensor, String name) {
        Path shard;
        try {
            shard = index.resolveSibling(name);
        } catch (InvalidPathException e) {
            throw fail(index, tensor, "\"" + StrictJson.shown(name) + "\" is no file name");
        }
        boolean inside = !name.isEmpty()
                && !name.equals("..")
                && !name.contains("\\")
                && Path.of(name).getNameCount() == 1
                && !Path.of(name).isAbsolute();
        if (!inside) {
            throw fail(index, tensor, "its file \"" + StrictJson.shown(name) + "\" lies outside the directory");
        }
        if (!Files.isRegularFile(shard)) {
            throw fail(index, tensor, "its file " + StrictJson.shown(name) + " is missing; copy it beside the index");
        }
        return shard;
    }

    private static InvalidFileException fail(Path index, String tensor, String problem) {
        return new InvalidFileException(index, "tensor \"" + StrictJson.shown(tensor) + "\": " + problem);
    }
}
