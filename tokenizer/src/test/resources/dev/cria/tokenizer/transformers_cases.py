"""Encodes with Transformers, for the tests to compare with.

    python transformers_cases.py ids MODEL_DIRECTORY TEXTS.json OUT.json       ids and decoded text of each text
    python transformers_cases.py chat MODEL_DIRECTORY DIALOGUES.json OUT.json  ids of each dialogue by apply_chat_template
    python transformers_cases.py save MODEL_FILE OUT_DIRECTORY                 what Transformers itself saves for a .model file

Needs `pip install transformers jinja2 sentencepiece protobuf`.
"""

import json
import pathlib
import shutil
import sys

from transformers import AutoTokenizer


def main(command, source, *rest):
    if command == "save":
        target = pathlib.Path(rest[0])
        (target / "source").mkdir(parents=True)
        shutil.copy(source, target / "source" / "tokenizer.model")
        config = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
        (target / "source" / "tokenizer_config.json").write_text(json.dumps(config))
        AutoTokenizer.from_pretrained(target / "source").save_pretrained(target)
        return
    tokenizer = AutoTokenizer.from_pretrained(source)
    items = json.loads(pathlib.Path(rest[0]).read_text(encoding="utf-8"))
    if command == "chat":
        out = [tokenizer.apply_chat_template(messages, tokenize=True, return_dict=True)["input_ids"] for messages in items]
    else:
        out = []
        for text in items:
            ids = tokenizer.encode(text, add_special_tokens=False)
            out.append({"ids": ids, "text": tokenizer.decode(ids)})
    pathlib.Path(rest[1]).write_text(json.dumps(out), encoding="utf-8")


main(*sys.argv[1:])
