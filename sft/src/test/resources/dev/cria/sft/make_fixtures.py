"""Makes the fixtures beside it: golden token files (SentencePiece) and gradients of masked rows (PyTorch, Transformers).

Run: python make_fixtures.py          (needs torch, transformers, safetensors, sentencepiece)
Everything is computed here from the messages; nothing comes from Cria but the tokenizer model.
"""

import json
import pathlib

import sentencepiece
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

VERSION = 1
HERE = pathlib.Path(__file__).parent
MODEL = HERE / "../../../../../../../tokenizer/src/test/resources/dev/cria/tokenizer/llama.model"


def pairs(messages):
    """Yields (system, user, answer or None, learned)."""
    system = messages[0]["content"] if messages[0]["role"] == "system" else None
    rest = messages[1:] if system is not None else messages
    for i in range(0, len(rest), 2):
        answer = rest[i + 1] if i + 1 < len(rest) else None
        yield (
            system if i == 0 else None,
            rest[i]["content"],
            answer["content"] if answer else None,
            bool(answer) and answer.get("weight", 1) == 1,
        )


def cut(row):
    """Drops what follows the last learned token."""
    last = max((i for i, token in enumerate(row) if token[3]), default=-1)
    return row[: last + 1]


def llama2_row(messages, encode, bos, eos):
    """[(id, piece, role, learned)] of a chat in Llama 2's format; encode gives (id, piece, end in characters)."""
    row = []
    for system, user, answer, learned in pairs(messages):
        folded = f"<<SYS>>\n{system}\n<</SYS>>\n\n" if system is not None else ""
        asked = "[INST] " + (folded + user).strip() + " [/INST]"
        text = asked + (f" {answer.strip()} " if answer is not None else "")
        system_end = len("[INST] ") + len(folded) if folded else 0
        row.append((bos, "<s>", "user", False))
        for token, piece, end in encode(text):
            role = "assistant" if end > len(asked) else "system" if end <= system_end else "user"
            row.append((token, piece, role, learned and role == "assistant"))
        if answer is not None:
            row.append((eos, "</s>", "assistant", learned))
    return cut(row)


def separated_row(messages, encode, bos, eos, separator):
    row = []
    for system, user, answer, learned in pairs(messages):
        text = ((system + "\n\n" if system is not None else "") + user).strip()
        system_end = len(system) + 2 if system is not None else 0
        row.append((bos, "<s>", "user", False))
        for token, piece, end in encode(text):
            row.append((token, piece, "system" if system is not None and end <= system_end else "user", False))
        row.append((separator, "<sep>", "user", False))
        if answer is not None:
            row += [(token, piece, "assistant", learned) for token, piece, _ in encode(answer.strip())]
            row.append((eos, "</s>", "assistant", learned))
    return cut(row)


def chats(name):
    """The messages that each form stands for."""
    if name == "chat":
        return [json.loads(line)["messages"] for line in open(HERE / "golden/chat.jsonl", encoding="utf-8")]
    if name == "alpaca":
        result = []
        for item in json.load(open(HERE / "golden/alpaca.json", encoding="utf-8")):
            messages = [{"role": "system", "content": item["system"]}] if item.get("system") else []
            for question, answer in item.get("history", []):
                messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
            prompt = item["instruction"] + ("\n\n" + item["input"] if item["input"] else "")
            messages += [{"role": "user", "content": prompt}, {"role": "assistant", "content": item["output"]}]
            result.append(messages)
        return result
    if name == "sharegpt":
        roles = {"human": "user", "gpt": "assistant", "system": "system"}
        return [
            [{"role": roles[m["from"]], "content": m["value"]} for m in item["conversations"]]
            for item in json.load(open(HERE / "golden/sharegpt.json", encoding="utf-8"))
        ]
    return [
        [{"role": "user", "content": item["question"]}, {"role": "assistant", "content": item["answer"]}]
        for item in map(json.loads, open(HERE / "golden/gsm8k.jsonl", encoding="utf-8"))
    ]


def write_golden():
    model = sentencepiece.SentencePieceProcessor(model_file=str(MODEL))

    def encode(text):
        return [(p.id, p.piece, p.end) for p in model.encode(text, return_type="proto").pieces]

    def write(name, rows):
        lines = [f"# version {VERSION}; made by make_fixtures.py: id, role, learned, piece"]
        for row in rows:
            lines.append("")
            lines += [f"{t:5d}  {role:9s}  {'yes' if learned else '  -'}  {piece}" for t, piece, role, learned in row]
        (HERE / f"golden/{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    for name in ["chat", "alpaca", "sharegpt", "gsm8k"]:
        write(name, [llama2_row(m, encode, model.bos_id(), model.eos_id()) for m in chats(name)])
    separator = model.vocab_size()  # one more piece than the model has
    write("separated", [separated_row(m, encode, model.bos_id(), model.eos_id(), separator) for m in chats("chat")])


def encode_bytes(text):
    """Cria's byte tokenizer: every byte its own id; a character's bytes all end where it does."""
    return [(byte, "", end + 1) for end, char in enumerate(text) for byte in char.encode()]


def write_gradients():
    torch.manual_seed(8)
    config = LlamaConfig(
        vocab_size=258,
        hidden_size=16,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        rms_norm_eps=1e-5,
        tie_word_embeddings=False,
        bos_token_id=256,
        eos_token_id=257,
        initializer_range=0.2,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).float()
    out = HERE / "parity"
    model.save_pretrained(out)
    rows = [llama2_row(m, encode_bytes, 256, 257) for m in chats("chat") + chats("sharegpt") + chats("gsm8k")]
    total = sum(token[3] for row in rows for token in row[1:])
    loss = 0.0
    for row in rows:  # one by one: nothing packed, nothing padded
        ids = torch.tensor([[token[0] for token in row]])
        log_probs = torch.log_softmax(model(ids).logits[0].float(), -1)
        terms = [-log_probs[t - 1, row[t][0]] for t in range(1, len(row)) if row[t][3]]
        part = torch.stack(terms).sum() / total
        part.backward()
        loss += part.item()
    save_file({name: p.grad.contiguous() for name, p in model.named_parameters()}, out / "gradients.safetensors")
    (out / "expected.json").write_text(json.dumps({"version": VERSION, "loss": loss, "targets": total}) + "\n")


if __name__ == "__main__":
    write_golden()
    write_gradients()
