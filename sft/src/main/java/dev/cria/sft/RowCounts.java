package dev.cria.sft;

/**
 * What became of the conversations of a data set.
 *
 * @param conversations read
 * @param rows to learn from
 * @param truncated rows that lost their first turns
 * @param turnsCut turns that they lost
 * @param droppedTooLong conversations left out because they do not fit
 * @param droppedWithoutTarget conversations left out because nothing in them is learned
 * @param tokens of all rows
 * @param targets tokens that carry loss
 */
public record RowCounts(
        long conversations,
        long rows,
        long truncated,
        long turnsCut,
        long droppedTooLong,
        long droppedWithoutTarget,
        long tokens,
        long targets) {
    /** One line for people. */
    public String summary() {
        return ("%d conversations: %d rows, %d tokens, %d of them learned; %d truncated by %d turns; "
                        + "dropped: %d too long, %d with nothing to learn")
                .formatted(
                        conversations,
                        rows,
                        tokens,
                        targets,
                        truncated,
                        turnsCut,
                        droppedTooLong,
                        droppedWithoutTarget);
    }
}
