package dev.cria.rlhf.sampling;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.sft.Conversation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The best answers of all rounds on disk, with their origin: {@code round-01.jsonl}, {@code round-01.jsonl.origin.json}, ...
 * A round learns from its own and from the top of all earlier ones, without which abilities were lost again (paper section
 * 3.2.3).
 */
public final class SamplePool {
    private final Path directory;
    private final ObjectMapper mapper = new ObjectMapper();

    /** The pool in a directory, which need not be there yet. */
    public SamplePool(Path directory) {
        this.directory = directory;
    }

    /** Where a round's answers lie or will lie. */
    public Path file(int round) {
        return directory.resolve(String.format(Locale.ROOT, "round-%02d.jsonl", round));
    }

    /** Puts the answers of a round in, whole or not at all; what was there of that round is replaced. */
    public void put(int round, List<BestSample> samples, SampleOrigin origin) {
        StringBuilder lines = new StringBuilder();
        samples.forEach(sample -> lines.append(sample.toJson(mapper)).append('\n'));
        Path file = file(round);
        BestOfFile.writeOrigin(file, origin);
        DurableFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What a round learns from: all usable answers of its own, and of each earlier round the top share by that round's own
     * rewards, since rewards of different reward models cannot be compared.
     *
     * @param round the round, whose answers must be there
     * @param earlierShare of each earlier round, 0 to 1
     * @throws InvalidFileException if an answer file is missing, or nothing is left to learn from
     */
    public List<Conversation> conversations(int round, double earlierShare) {
        List<Conversation> conversations = new ArrayList<>();
        for (int r = 1; r <= round; r++) {
            Path file = file(r);
            if (r < round && !Files.exists(file)) {
                continue; // a round without rejection sampling
            }
            List<BestSample> usable =
                    BestOfFile.read(file).stream().filter(BestSample::isUsable).toList();
            int count = r == round ? usable.size() : (int) Math.round(earlierShare * usable.size());
            top(usable, count).forEach(sample -> conversations.add(sample.conversation()));
        }
        if (conversations.isEmpty()) {
            throw new InvalidFileException(file(round), "no answer in it can be learned from");
        }
        return conversations;
    }

    private static List<BestSample> top(List<BestSample> usable, int count) {
        return usable.stream()
                .sorted(Comparator.comparingDouble((BestSample sample) -> -sample.rewardValue()))
                .limit(count)
                .sorted(Comparator.comparingInt(BestSample::index))
                .toList();
    }
}
