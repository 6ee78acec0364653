"""Asks SentencePiece for ids and text, for the tests to compare with.

    python sentencepiece_cases.py cases MODEL OUT.jsonl.gz --count N --seed S [--lines FILE...]
    python sentencepiece_cases.py fixtures DIRECTORY

`cases` writes one JSON object a line: a header, then encodings of random texts (and of every line of the given files, and of each file
as a whole), then decodings of random ids. Texts are base64 of bytes, since some are not valid UTF-8. `fixtures` trains small
models on made-up text and writes text, models and cases; the files lie beside this script. Needs `pip install sentencepiece`.
"""

import argparse
import base64
import gzip
import json
import pathlib
import random

import sentencepiece
from sentencepiece import sentencepiece_pb2

VERSION = 1
MARKS = ["<s>", "</s>", "<unk>", "<0x41>", "[INST]", "\u2581", "\ufffd", "\ufeff", "\u200b", "e\u0301", "🦙", "日本"]
ALPHABETS = ["ab", "aA ", "01 ", "aeiou ", "\u2581 a", "the ", "日本のa ", "=-_ "]


def random_character(rng, pieces):
    kind = rng.random()
    if kind < 0.3:
        return chr(rng.randrange(32, 127))
    if kind < 0.45:
        return " " * rng.randrange(1, 4)
    if kind < 0.6:
        return rng.choice(MARKS)
    if kind < 0.75:
        return rng.choice(pieces)
    if kind < 0.8:
        return chr(rng.randrange(0, 32))
    code_point = rng.randrange(0x110000)
    return "?" if 0xD800 <= code_point < 0xE000 else chr(code_point)


def random_text(rng, pieces):
    length, kind = rng.randrange(40), rng.random()
    if kind < 0.1:
        return bytes(rng.randrange(256) for _ in range(length))
    if kind < 0.3:
        alphabet = rng.choice(ALPHABETS)
        return "".join(rng.choice(alphabet) for _ in range(length * 3)).encode()
    if kind < 0.4:
        alphabet = [random_character(rng, pieces) for _ in range(3)]
        return "".join(rng.choice(alphabet) for _ in range(length)).encode()
    text = bytearray("".join(random_character(rng, pieces) for _ in range(length)).encode())
    if text and kind < 0.5:
        text[rng.randrange(len(text))] = rng.randrange(256)
    return bytes(text)


def offsets(processor, text):
    try:
        text.decode()
    except UnicodeDecodeError:
        return None
    proto = sentencepiece_pb2.SentencePieceText()
    proto.ParseFromString(processor.encode(text, out_type="serialized_proto"))
    return [[piece.begin, piece.end] for piece in proto.pieces]


def write_cases(model, out, count, seed, files=(), with_offsets=False):
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    size = processor.vocab_size()
    rng = random.Random(seed)
    pieces = [processor.id_to_piece(i).replace("\u2581", " ") for i in range(size)]
    texts = [random_text(rng, pieces) for _ in range(count)]
    for file in files:
        content = pathlib.Path(file).read_bytes()
        content = gzip.decompress(content) if str(file).endswith(".gz") else content
        texts += content.split(b"\n") + [content]
    with gzip.GzipFile(out, "wb", mtime=0) as f:
        def line(**values):
            f.write((json.dumps(values, ensure_ascii=False) + "\n").encode())

        line(version=VERSION, seed=seed, sentencepiece=sentencepiece.__version__)
        for text in texts:
            ids = processor.encode(text)
            case = {"utf8": base64.b64encode(text).decode(), "ids": ids, "text": processor.decode(ids)}
            if with_offsets:
                case["offsets"] = offsets(processor, text)
            line(**case)
        for _ in range(count // 2):
            ids = [rng.randrange(rng.choice([size, min(260, size)])) for _ in range(rng.randrange(12))]
            line(ids=ids, text=processor.decode(ids))


def made_up_text(rng, sentences):
    onsets, vowels = "b d f g h k l m n p r s t v w st tr pl".split(), "a e i o u ai ou".split()
    words = ["".join(rng.choice(onsets) + rng.choice(vowels) for _ in range(rng.randrange(1, 4))) for _ in range(600)]
    words += "日本 日本語 にほん привет мир naïve été 3,141 2024 ... -- 🦙 e\u0301a".split()
    weights = [1 / (rank + 1) for rank in range(len(words))]
    rng.shuffle(words)
    for _ in range(sentences):
        yield rng.choice([" ", " ", " ", "  ", "    "]).join(rng.choices(words, weights, k=rng.randrange(3, 20)))


def write_fixtures(directory):
    sentences = list(made_up_text(random.Random(7), 1200))
    with gzip.GzipFile(directory / "made-up.txt.gz", "wb", mtime=0) as out:
        out.write("\n".join(sentences).encode())
    common = {"model_type": "bpe", "normalization_rule_name": "identity", "minloglevel": 2, "num_threads": 1}
    kinds = {
        "trimmed": dict(vocab_size=500, remove_extra_whitespaces=True),
        "unknowns": dict(vocab_size=400, remove_extra_whitespaces=False, character_coverage=0.98),
        "across-words": dict(vocab_size=800, split_by_whitespace=False, byte_fallback=True, add_dummy_prefix=False,
                             remove_extra_whitespaces=False),
        "user-defined": dict(vocab_size=800, user_defined_symbols=["the", "\u2581ba\u2581", "<sep>", "tr", "tra", "日本"],
                             control_symbols=["<ctl>"], byte_fallback=True, remove_extra_whitespaces=True),
        "llama": dict(vocab_size=1000, byte_fallback=True, split_digits=True, allow_whitespace_only_pieces=True,
                      remove_extra_whitespaces=False, character_coverage=0.9995),
    }
    for seed, (name, options) in enumerate(kinds.items()):
        model = directory / f"{name}.model"
        with open(model, "wb") as out:
            sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(sentences), model_writer=out, **common, **options)
        write_cases(model, directory / f"{name}.jsonl.gz", 150, seed, with_offsets=True)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    cases = commands.add_parser("cases")
    cases.add_argument("model")
    cases.add_argument("out")
    cases.add_argument("--count", type=int, required=True)
    cases.add_argument("--seed", type=int, required=True)
    cases.add_argument("--lines", nargs="*", default=[])
    fixtures = commands.add_parser("fixtures")
    fixtures.add_argument("directory", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.command == "fixtures":
        write_fixtures(arguments.directory)
    else:
        write_cases(arguments.model, arguments.out, arguments.count, arguments.seed, arguments.lines)


main()
