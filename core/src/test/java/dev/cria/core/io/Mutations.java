package dev.cria.core.io;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Random damage to a file's bytes: flipped bits, cuts, insertions, repetitions, and hostile numbers in its text. */
public final class Mutations {
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final List<String> HOSTILE = List.of(
            "0",
            "1",
            "-1",
            "7",
            "2147483647",
            "2147483648",
            "4294967296",
            "9223372036854775807",
            "9223372036854775808",
            "1e9",
            "0.5",
            "null",
            "\"x\"",
            "[]",
            "{}",
            "99999999999999999999999999");

    private final Random random;

    /** Mutations that follow from the seed. */
    public Mutations(long seed) {
        this.random = new Random(seed);
    }

    /** One to three random changes to a copy of {@code bytes}. */
    public byte[] mutate(byte[] bytes) {
        byte[] mutated = bytes.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && mutated.length > 0; changes--) {
            mutated = change(mutated);
        }
        return mutated;
    }

    private byte[] change(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 3 -> {
                byte[] inserted = new byte[1 + random.nextInt(16)];
                random.nextBytes(inserted);
                return splice(bytes, at, at, inserted);
            }
            case 4 -> {
                return splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(16)), new byte[0]);
            }
            case 5 -> {
                return splice(bytes, at, at, Arrays.copyOfRange(bytes, at / 2, at));
            }
            default -> {
                return replaceNumber(bytes);
            }
        }
        return bytes;
    }

    private byte[] replaceNumber(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<MatchResult> numbers = NUMBER.matcher(text).results().toList();
        if (numbers.isEmpty()) {
            return bytes;
        }
        MatchResult number = numbers.get(random.nextInt(numbers.size()));
        String hostile = HOSTILE.get(random.nextInt(HOSTILE.size()));
        return splice(bytes, number.start(), number.end(), hostile.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] inserted) {
        byte[] result = Arrays.copyOf(bytes, from + inserted.length + bytes.length - to);
        System.arraycopy(inserted, 0, result, from, inserted.length);
        System.arraycopy(bytes, to, result, from + inserted.length, bytes.length - to);
        return result;
    }
}
