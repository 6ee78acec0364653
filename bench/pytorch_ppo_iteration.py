#!/usr/bin/env python3
"""One PPO iteration in PyTorch with Transformers' generate, to be run beside `cria bench ppo` on the same machine.

    python3 -m venv .venv && .venv/bin/pip install torch transformers
    .venv/bin/python pytorch_ppo_iteration.py --config XS

An iteration: sample an answer to each prompt at temperature 1, score it by a reward model, log-probabilities under policy and
reference, values, KL penalty, GAE, then one gradient step of policy and value model per mini-batch (AdamW, norm clipped at 1).
No end token, so every answer has all its tokens. Prints one JSON line with median seconds of rollout (up to the values) and update.
"""
import argparse
import json
import resource
import statistics
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM, LlamaModel

CONFIGS = {  # hidden, layers, heads, kv heads, intermediate, vocab, tied embeddings
    "XS": (128, 4, 4, 2, 352, 4096, True),
    "S": (288, 6, 6, 6, 768, 32000, True),
}


class ScalarModel(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.body = LlamaModel(config)
        self.score = torch.nn.Linear(config.hidden_size, 1, bias=False)

    def forward(self, ids):
        return self.score(self.body(input_ids=ids).last_hidden_state)[..., 0]


def log_probs(model, ids, prompt):
    hidden = model.model(input_ids=ids[:, :-1]).last_hidden_state[:, prompt - 1:]  # answers' rows only
    logits = model.lm_head(hidden).float()
    picked = logits.gather(-1, ids[:, prompt:, None])[..., 0]
    return picked - torch.logsumexp(logits, -1)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--config", choices=CONFIGS, default="XS")
    p.add_argument("--prompts", type=int, default=64)
    p.add_argument("--prompt-length", type=int, default=16)
    p.add_argument("--new-tokens", type=int, default=48)
    p.add_argument("--mini-batch", type=int, default=16)
    p.add_argument("--iterations", type=int, default=7)
    p.add_argument("--warmup", type=int, default=2)
    a = p.parse_args()
    torch.manual_seed(0)
    hidden, layers, heads, kv, ff, vocab, tied = CONFIGS[a.config]
    config = LlamaConfig(
        hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=kv,
        intermediate_size=ff, vocab_size=vocab, tie_word_embeddings=tied, max_position_embeddings=1024,
        rms_norm_eps=1e-5, attn_implementation="sdpa", bos_token_id=None, eos_token_id=None, pad_token_id=None)
    policy, reference = LlamaForCausalLM(config), LlamaForCausalLM(config)
    reference.load_state_dict(policy.state_dict())
    value, reward = ScalarModel(config), ScalarModel(config)
    settings = dict(betas=(0.9, 0.95), eps=1e-5, weight_decay=0.1, fused=True)
    policy_optimizer = torch.optim.AdamW(policy.parameters(), lr=1e-6, **settings)
    value_optimizer = torch.optim.AdamW(value.parameters(), lr=1e-5, **settings)
    prompts = torch.randint(0, vocab, (a.prompts, a.prompt_length))
    rollout_times, update_times = [], []
    for _ in range(a.warmup + a.iterations):
        start = time.perf_counter()
        with torch.inference_mode():
            ids = policy.generate(
                prompts, attention_mask=torch.ones_like(prompts), do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
                max_new_tokens=a.new_tokens, min_new_tokens=a.new_tokens, use_cache=True)
            scores = reward(ids)[:, -1]
            old = log_probs(policy, ids, a.prompt_length)
            ref = log_probs(reference, ids, a.prompt_length)
            old_values = value(ids[:, :-1])[:, a.prompt_length - 1:]
        rollout = time.perf_counter() - start
        start = time.perf_counter()
        rewards = -0.01 * (old - ref)
        rewards[:, -1] += (scores - scores.mean()) / scores.std(unbiased=False).clamp(min=1e-3)
        advantages = torch.zeros_like(rewards)
        running = torch.zeros(a.prompts)
        for t in reversed(range(a.new_tokens)):
            following = old_values[:, t + 1] if t + 1 < a.new_tokens else 0.0
            running = rewards[:, t] + following - old_values[:, t] + 0.95 * running
            advantages[:, t] = running
        returns = advantages + old_values
        advantages = (advantages - advantages.mean()) / advantages.std(unbiased=False).clamp(min=1e-3)
        ids, old, old_values = ids.clone(), old.clone(), old_values.clone()
        advantages, returns = advantages.clone(), returns.clone()
        for rows in torch.randperm(a.prompts).split(a.mini_batch):
            new = log_probs(policy, ids[rows], a.prompt_length)
            ratio = torch.exp(new - old[rows])
            gain = advantages[rows]
            loss = -torch.min(ratio * gain, ratio.clamp(0.8, 1.2) * gain).mean()
            policy_optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
            policy_optimizer.step()
            v = value(ids[rows][:, :-1])[:, a.prompt_length - 1:]
            clipped = old_values[rows] + (v - old_values[rows]).clamp(-0.2, 0.2)
            value_loss = 0.5 * torch.max((v - returns[rows]) ** 2, (clipped - returns[rows]) ** 2).mean()
            value_optimizer.zero_grad(set_to_none=True)
            value_loss.backward()
            torch.nn.utils.clip_grad_norm_(value.parameters(), 1.0)
            value_optimizer.step()
        rollout_times.append(rollout)
        update_times.append(time.perf_counter() - start)
    rollouts, updates = rollout_times[a.warmup:], update_times[a.warmup:]
    print(json.dumps(dict(
        framework="pytorch", version=torch.__version__, config=a.config, prompts=a.prompts,
        prompt_length=a.prompt_length, new_tokens=a.new_tokens, mini_batch=a.mini_batch,
        rollout_s=round(statistics.median(rollouts), 4), update_s=round(statistics.median(updates), 4),
        iteration_s=round(statistics.median(r + u for r, u in zip(rollouts, updates)), 4),
        peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, threads=torch.get_num_threads())))


if __name__ == "__main__":
    main()
