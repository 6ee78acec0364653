"""SentencePiece's side of the tokenizer's figures; prints one line of JSON with the fields of `cria bench tokenize`.

    python sentencepiece_speed.py encode MODEL FILE [--lines] [--repeats N]
    python sentencepiece_speed.py train OUT_PREFIX VOCAB_SIZE FILE...     with the settings of `cria tokenizer train`
    python sentencepiece_speed.py compression MODEL FILE.jsonl            bytes per token of the field `text`
"""

import argparse
import json
import pathlib
import statistics
import time

import sentencepiece


def encode(arguments):
    processor = sentencepiece.SentencePieceProcessor(model_file=arguments.model)
    text = pathlib.Path(arguments.file).read_text(encoding="utf-8")
    texts = text.split("\n") if arguments.lines else [text]
    size = pathlib.Path(arguments.file).stat().st_size
    times = []
    for _ in range(arguments.repeats + 1):
        start = time.perf_counter()
        tokens = sum(len(processor.encode(t)) for t in texts)
        times.append(time.perf_counter() - start)
    times = times[1:]
    median = statistics.median(times)
    return {"config": "lines" if arguments.lines else "whole", "bytes": size, "tokens": tokens,
            "best_s": round(min(times), 4), "median_s": round(median, 4), "tokens_per_s": round(tokens / median, 1),
            "mb_per_s": round(size / median / 1e6, 2)}


def train(arguments):
    start = time.perf_counter()
    sentencepiece.SentencePieceTrainer.train(
        input=arguments.files, model_prefix=arguments.prefix, vocab_size=arguments.vocab_size, model_type="bpe",
        character_coverage=0.99995, byte_fallback=True, split_digits=True, allow_whitespace_only_pieces=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, max_sentence_length=1 << 30, minloglevel=2)
    return {"config": f"train {arguments.vocab_size}", "seconds": round(time.perf_counter() - start, 3)}


def compression(arguments):
    processor = sentencepiece.SentencePieceProcessor(model_file=arguments.model)
    texts = [json.loads(line)["text"] for line in open(arguments.file, encoding="utf-8")]
    size = sum(len(text.encode()) for text in texts)
    tokens = sum(len(processor.encode(text)) for text in texts)
    return {"config": "compression", "bytes": size, "tokens": tokens, "bytes_per_token": round(size / tokens, 6)}


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("encode")
    command.add_argument("model")
    command.add_argument("file")
    command.add_argument("--lines", action="store_true")
    command.add_argument("--repeats", type=int, default=5)
    command.set_defaults(run=encode)
    command = commands.add_parser("train")
    command.add_argument("prefix")
    command.add_argument("vocab_size", type=int)
    command.add_argument("files", nargs="+")
    command.set_defaults(run=train)
    command = commands.add_parser("compression")
    command.add_argument("model")
    command.add_argument("file")
    command.set_defaults(run=compression)
    arguments = parser.parse_args()
    print(json.dumps({"framework": "sentencepiece " + sentencepiece.__version__, **arguments.run(arguments)}))


main()
