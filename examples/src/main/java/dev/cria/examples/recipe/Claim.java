package dev.cria.examples.recipe;

/**
 * Something that the Llama 2 paper reports, and whether it is so in a run of the recipe.
 *
 * @param paper what the paper reports, with its figures
 * @param here the same figures of the run
 * @param criterion what must hold of them
 * @param reproduced whether it holds
 */
public record Claim(String paper, String here, String criterion, boolean reproduced) {}
