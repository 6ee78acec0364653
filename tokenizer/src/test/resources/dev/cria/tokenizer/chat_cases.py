"""Encodes dialogues with SentencePiece as Meta's code does, and with Transformers, for the tests to compare with.

    python chat_cases.py fixtures DIRECTORY          made-up dialogues for llama.model
    python chat_cases.py cases MODEL_DIRECTORY OUT.jsonl.gz --hh FILE.jsonl.gz

Each line has `messages`, `ids` (Llama 2's format: every pair of prompt and answer is one text between bos and eos) and `answers`, the
[start, end) of each answer among the ids; `cases` adds `transformers`, the ids of apply_chat_template with the tokenizer files in
MODEL_DIRECTORY. Needs `pip install sentencepiece`, and for `cases` also `transformers jinja2`.
"""

import argparse
import gzip
import json
import pathlib
import random

import sentencepiece

VERSION = 1


def llama2_ids(processor, messages):
    system = ""
    if messages[0]["role"] == "system":
        system = f"<<SYS>>\n{messages[0]['content']}\n<</SYS>>\n\n"
        messages = messages[1:]
    ids, answers = [], []
    for i in range(0, len(messages), 2):
        asked = f"[INST] {((system if i == 0 else '') + messages[i]['content']).strip()} [/INST]"
        ids += [processor.bos_id()]
        if i + 1 < len(messages):
            start = len(ids) + len(processor.encode(asked))
            ids += processor.encode(f"{asked} {messages[i + 1]['content'].strip()} ") + [processor.eos_id()]
            answers.append([start, len(ids)])
        else:
            ids += processor.encode(asked)
    return ids, answers


def made_up_dialogues(rng, count):
    words = "tell me, a story\nof 日本 and 🦙 (2024) please  now \u00a0 naïve  été é x = [1, 2] </s> <s> ?! \t".split(" ")
    for _ in range(count):
        messages = []
        if rng.random() < 0.4:
            messages.append({"role": "system", "content": " ".join(rng.choices(words, k=rng.randrange(1, 8)))})
        for turn in range(rng.randrange(1, 8)):
            role = "assistant" if turn % 2 else "user"
            messages.append({"role": role, "content": " ".join(rng.choices(words, k=rng.randrange(0, 15)))})
        yield messages


def anthropic_dialogues(file):
    roles = {"Human": "user", "Assistant": "assistant"}
    for line in gzip.open(file, "rt", encoding="utf-8"):
        messages = []
        for part in json.loads(line)["chosen"].split("\n\n"):
            speaker, colon, text = part.partition(": ")
            if speaker.rstrip(":") in roles:
                messages.append({"role": roles[speaker.rstrip(":")], "content": text})
            elif messages:
                messages[-1]["content"] += "\n\n" + part
        alternates = all(m["role"] == ("assistant" if i % 2 else "user") for i, m in enumerate(messages))
        if messages and alternates:
            yield messages


def write(processor, out, dialogues, tokenizer=None):
    with gzip.GzipFile(out, "wb", mtime=0) as f:
        f.write((json.dumps({"version": VERSION}) + "\n").encode())
        for messages in dialogues:
            ids, answers = llama2_ids(processor, messages)
            case = {"messages": messages, "ids": ids, "answers": answers}
            # Transformers takes "</s>" in a message for the control token, which Cria does not.
            if tokenizer and not any(mark in m["content"] for m in messages for mark in ("<s>", "</s>", "<unk>")):
                encoded = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=True)
                case["transformers"] = encoded["input_ids"]
            f.write((json.dumps(case, ensure_ascii=False) + "\n").encode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["fixtures", "cases"])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("out", nargs="?")
    parser.add_argument("--hh")
    arguments = parser.parse_args()
    rng = random.Random(17)
    if arguments.command == "fixtures":
        processor = sentencepiece.SentencePieceProcessor(model_file=str(arguments.directory / "llama.model"))
        write(processor, arguments.directory / "chat.jsonl.gz", made_up_dialogues(rng, 100))
        return
    from transformers import AutoTokenizer

    processor = sentencepiece.SentencePieceProcessor(model_file=str(arguments.directory / "tokenizer.model"))
    dialogues = list(made_up_dialogues(rng, 300)) + (list(anthropic_dialogues(arguments.hh)) if arguments.hh else [])
    write(processor, arguments.out, dialogues, AutoTokenizer.from_pretrained(arguments.directory))


main()
