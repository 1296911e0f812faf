"""The programs of tests/bench/bots.py: each asks one bot all questions and prints what it took. They run alone, without this package."""

# ruff: noqa: E501 - programs in other languages and of other projects, kept as dense as they were

from __future__ import annotations

COMMON = r"""
import json, os, sys, time, resource
W = sys.argv[1]; faqs = json.load(open(W + "/faqs.json")); qs = json.load(open(W + "/queries.json"))
byA = {f["a"]: f["id"] for f in faqs}
def rss(): return int([l for l in open("/proc/self/status") if l.startswith("VmRSS")][0].split()[1]) / 1024
R = {}
def phase(name, f):
    t, c = time.perf_counter(), time.process_time(); r = f(); R[name + "_s"] = time.perf_counter() - t; R[name + "_cpu_s"] = time.process_time() - c; return r
def ask(answer):
    for q in qs[:10]: answer(q["q"])
    ts, cs, hit, n = [], [], {}, {}
    for q in qs:
        t, c = time.perf_counter(), time.process_time(); g = answer(q["q"]); cs.append(1000 * (time.process_time() - c)); ts.append(1000 * (time.perf_counter() - t))
        n[q["kind"]] = n.get(q["kind"], 0) + 1; hit[q["kind"]] = hit.get(q["kind"], 0) + (g == q["id"])
    s = sorted(ts); R.update(ms_p50=s[len(s) // 2], ms_p95=s[int(.95 * len(s))], cpu_ms=sum(cs) / len(cs), rss_mb=rss(), top1={k: "%d/%d" % (hit[k], n[k]) for k in n})
    print(json.dumps(R))
"""
BOTS = {
    "baton": (
        "own",
        COMMON
        + r"""
def imp():
    global index, encoder, search, Article
    from chalicelib.bot.interpretation.retrieval import search
    from chalicelib.knowledge.encoder import encoder
    from chalicelib.knowledge.index import index
    from chalicelib.knowledge.articles.article import Article
phase("import", imp)
enc = phase("create", encoder.load)
made = [Article("a%d" % f["id"], "en", f["q"], f["a"], f["a"], (f["alt"],)) for f in faqs]
known = phase("train", lambda: index.read(*index.build(made, (), enc), enc))
def answer(q):
    # What the customer sees first: the answer itself, or the first of the three that are offered (rules.yaml says from where).
    hits = search(known, q, "2026-11-23", 1)
    return int(hits[0].article[1:]) if hits and hits[0].confidence >= float(os.environ["OFFER"]) else None
ask(answer)
""",
    ),
    "chatterbot": (
        "py",
        COMMON
        + r"""
os.environ["TOKENIZERS_PARALLELISM"] = "false"
def imp():
    global ChatBot, ListTrainer
    from chatterbot import ChatBot
    from chatterbot.trainers import ListTrainer
phase("import", imp)
db = W + "/chatterbot.sqlite3"
if os.path.exists(db): os.unlink(db)
bot = phase("create", lambda: ChatBot("faq", database_uri="sqlite:///" + db, read_only=True, logic_adapters=[{"import_path": "chatterbot.logic.BestMatch", "default_response": "NO", "maximum_similarity_threshold": 0.9}]))
def train():
    tr = ListTrainer(bot, show_training_progress=False)
    for f in faqs:
        tr.train([f["q"], f["a"]]); tr.train([f["alt"], f["a"]])
phase("train", train)
ask(lambda q: byA.get(bot.get_response(q).text))
""",
    ),
    "node-nlp": (
        "js",
        r"""
const fs = require("fs"), W = process.argv[2], faqs = JSON.parse(fs.readFileSync(W + "/faqs.json")), qs = JSON.parse(fs.readFileSync(W + "/queries.json"));
const R = {}; const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6 };
(async () => {
  let t = performance.now(), c = cpu();
  const { NlpManager } = require("node-nlp"); R.import_s = (performance.now() - t) / 1e3; R.import_cpu_s = cpu() - c;
  const m = new NlpManager({ languages: ["en"], forceNER: false, nlu: { log: false }, autoSave: false, modelFileName: W + "/model.nlp" });
  for (const f of faqs) { m.addDocument("en", f.q, "i" + f.id); m.addDocument("en", f.alt, "i" + f.id); m.addAnswer("en", "i" + f.id, f.a); }
  t = performance.now(); c = cpu(); await m.train(); R.train_s = (performance.now() - t) / 1e3; R.train_cpu_s = cpu() - c;
  const a = async q => { const r = await m.process("en", q); return r.intent && r.intent.startsWith("i") ? +r.intent.slice(1) : null };
  for (const q of qs.slice(0, 10)) await a(q.q);
  const ts = [], hit = {}, n = {}; c = cpu();
  for (const q of qs) { const t0 = performance.now(); const g = await a(q.q); ts.push(performance.now() - t0); n[q.kind] = (n[q.kind] || 0) + 1; hit[q.kind] = (hit[q.kind] || 0) + (g === q.id ? 1 : 0) }
  R.cpu_ms = 1e3 * (cpu() - c) / qs.length; ts.sort((x, y) => x - y); R.ms_p50 = ts[ts.length >> 1]; R.ms_p95 = ts[Math.floor(.95 * ts.length)];
  R.rss_mb = process.memoryUsage().rss / 1048576; R.top1 = Object.fromEntries(Object.keys(n).map(k => [k, hit[k] + "/" + n[k]]));
  m.save(W + "/model.nlp"); R.model_mb = fs.statSync(W + "/model.nlp").size / 1e6; console.log(JSON.stringify(R));
})();
""",
    ),
    "natural bayes": (
        "js",
        r"""
const fs = require("fs"), W = process.argv[2], faqs = JSON.parse(fs.readFileSync(W + "/faqs.json")), qs = JSON.parse(fs.readFileSync(W + "/queries.json"));
const R = {}; const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6 };
let t = performance.now(), c = cpu(); const natural = require("natural"); R.import_s = (performance.now() - t) / 1e3; R.import_cpu_s = cpu() - c;
const b = new natural.BayesClassifier(); for (const f of faqs) { b.addDocument(f.q, "i" + f.id); b.addDocument(f.alt, "i" + f.id) }
t = performance.now(); c = cpu(); b.train(); R.train_s = (performance.now() - t) / 1e3; R.train_cpu_s = cpu() - c;
const a = q => +b.classify(q).slice(1); for (const q of qs.slice(0, 10)) a(q.q);
const ts = [], hit = {}, n = {}; c = cpu();
for (const q of qs) { const t0 = performance.now(); const g = a(q.q); ts.push(performance.now() - t0); n[q.kind] = (n[q.kind] || 0) + 1; hit[q.kind] = (hit[q.kind] || 0) + (g === q.id ? 1 : 0) }
R.cpu_ms = 1e3 * (cpu() - c) / qs.length; ts.sort((x, y) => x - y); R.ms_p50 = ts[ts.length >> 1]; R.ms_p95 = ts[Math.floor(.95 * ts.length)];
R.rss_mb = process.memoryUsage().rss / 1048576; R.top1 = Object.fromEntries(Object.keys(n).map(k => [k, hit[k] + "/" + n[k]])); console.log(JSON.stringify(R));
""",
    ),
    "ref: pure-Python BM25": (
        "py",
        COMMON
        + r"""
import re, math
tok = lambda s: [w[:-1] if len(w) > 3 and w.endswith("s") else w for w in re.findall(r"[a-z0-9]+", s.lower())]
def build():
    global idx, ids
    docs = [(f["id"], tok(f["q"])) for f in faqs] + [(f["id"], tok(f["alt"])) for f in faqs]
    ids = [d[0] for d in docs]; avg = sum(len(d[1]) for d in docs) / len(docs); df = {}
    for _, d in docs:
        for w in set(d): df[w] = df.get(w, 0) + 1
    idx = {}
    for i, (_, d) in enumerate(docs):
        for w in set(d):
            tf = d.count(w); idf = math.log(1 + (len(docs) - df[w] + .5) / (df[w] + .5))
            idx.setdefault(w, []).append((i, idf * tf * 2.2 / (tf + 1.2 * (.25 + .75 * len(d) / avg))))
phase("train", build)
def answer(q):
    sc = {}
    for w in set(tok(q)):
        for i, s in idx.get(w, ()): sc[i] = sc.get(i, 0.0) + s
    if not sc: return None
    i = max(sc, key=sc.get)
    return ids[i] if sc[i] > 4 else None
ask(answer)
""",
    ),
    "ref: BM25 words + trigrams": (
        "py",
        COMMON
        + r"""
import re, math
def tok(s):
    ws = [w[:-1] if len(w) > 3 and w.endswith("s") else w for w in re.findall(r"[a-z0-9]+", s.lower())]
    return ws, ["#" + w[i:i + 3] for v in ws if len(v) > 3 for w in ("^" + v + "$",) for i in range(len(w) - 2)]
def build():
    global idx, ids
    docs = [(f["id"], tok(f["q"])) for f in faqs] + [(f["id"], tok(f["alt"])) for f in faqs]
    ids = [d[0] for d in docs]; df, idx = {}, {}
    for _, (a, b) in docs:
        for w in set(a) | set(b): df[w] = df.get(w, 0) + 1
    for k, wt in ((0, 1.0), (1, 0.25)):
        avg = sum(len(d[1][k]) for d in docs) / len(docs)
        for i, (_, d) in enumerate(docs):
            for w in set(d[k]):
                tf = d[k].count(w); idf = math.log(1 + (len(docs) - df[w] + .5) / (df[w] + .5))
                idx.setdefault(w, []).append((i, wt * idf * tf * 2.2 / (tf + 1.2 * (.25 + .75 * len(d[k]) / avg))))
phase("train", build)
def answer(q):
    sc = {}; a, b = tok(q)
    for w in set(a) | set(b):
        for i, s in idx.get(w, ()): sc[i] = sc.get(i, 0.0) + s
    if not sc: return None
    i = max(sc, key=sc.get)
    return ids[i] if sc[i] > 6 else None
ask(answer)
""",
    ),
    "ref: bm25s": (
        "py",
        COMMON
        + r"""
def imp():
    global bm25s
    import bm25s
phase("import", imp)
texts = [f["q"] for f in faqs] + [f["alt"] for f in faqs]; ids = [f["id"] for f in faqs] * 2
def build():
    r = bm25s.BM25(); r.index(bm25s.tokenize(texts, show_progress=False), show_progress=False); return r
r = phase("train", build)
def answer(q):
    i, s = r.retrieve(bm25s.tokenize(q, show_progress=False), k=1, show_progress=False)
    return ids[int(i[0, 0])] if s[0, 0] > 2 else None
ask(answer)
""",
    ),
    "ref: wordllama": (
        "py",
        COMMON
        + r"""
def imp():
    global np, wordllama, WordLlama
    import numpy as np, wordllama
    from wordllama import WordLlama
phase("import", imp)
# the wheel holds weights and tokenizer, but load() looks for the latter in a wrong folder and would go to the net
wl = phase("create", lambda: WordLlama.load(cache_dir=os.path.dirname(wordllama.__file__), disable_download=True))
texts = [f["q"] for f in faqs] + [f["alt"] for f in faqs]; ids = [f["id"] for f in faqs] * 2
E = phase("train", lambda: wl.embed(texts, norm=True))
def answer(q):
    s = E @ wl.embed([q], norm=True)[0]; i = int(s.argmax())
    return ids[i] if s[i] > 0.5 else None
ask(answer)
""",
    ),
    "ref: rapidfuzz": (
        "py",
        COMMON
        + r"""
from rapidfuzz import process, fuzz, utils
texts = [utils.default_process(f["q"]) for f in faqs] + [utils.default_process(f["alt"]) for f in faqs]; ids = [f["id"] for f in faqs] * 2
def answer(q):
    m = process.extractOne(utils.default_process(q), texts, scorer=fuzz.token_set_ratio)
    return ids[m[2]] if m and m[1] > 60 else None
ask(answer)
""",
    ),
}
