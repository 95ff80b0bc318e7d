#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The speed and the yield of engines/similar, beside SQLite FTS5 and bm25s over the same tokens.

    bench/similar.py [--texts 1000000] [--peer-texts N (as many as --texts)] [--build build/release]

Prints a Markdown table. Times of queries and additions are processor times of one thread, so that a machine
shared with others measures the same; builds are wall clock with processor seconds beside. The needs are made by a seeded generator; bm25s is installed into build/peers.
"""
import argparse
import csv
import multiprocessing
import os
import pathlib
import random
import resource
import sqlite3
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
PEERS = TOP / "build" / "peers"
PEER_SECONDS, PEER_BYTES = 600, 12 << 30  # what a peer may take; beyond, the table says so

HAN = "安康平明和新东南西北金银华丰泰永长春江河湖海山石桥林花园景秀文武德仁义信成光辉阳月星云风雨松竹梅兰荷柳杨桂福禄寿喜祥瑞龙凤" \
      "白青红黄玉宝珠莲清泉溪塘港湾滨岸洲岛岭峰谷田野村庄里坊巷街城门楼阁塔寺庙宫殿堂馆院苑府第"
CITIES = "上海 苏州 无锡 常州 南京 镇江 扬州 泰州 南通 盐城 杭州 宁波 嘉兴 湖州 绍兴 金华 舟山 台州 合肥 芜湖 马鞍山 滁州 宣城 昆山 " \
         "太仓 常熟 嘉善 青浦 吴江 平湖 海宁 桐乡 启东 花桥".split()
THINGS = "地铁 公交车 公交卡 一卡通 路灯 断头路 红绿灯 斑马线 停车位 充电桩 电梯 公共厕所 垃圾站 河道 下水道 自来水 燃气 供暖 医保 异地就医 社保 公积金 " \
         "养老院 长护险 幼儿园 小学 中学 食堂 图书馆 体育馆 公园 广场 菜市场 卫生院 疫苗 儿科 居住证 户口 营业执照 驾驶证 身份证 学籍 高考 快递柜 共享单车 " \
         "盲道 渣土车 工地 工厂 废气 污水 噪音 违章建筑 宽带 手机信号 高速收费 过江大桥 轮渡 火车站 末班车 校车 工伤保险 生育津贴 创业补贴 技能培训 二手房 物业费".split()
FAULTS = "坏了没人修 不能用 排队太久 手续太复杂 太慢 太贵 没有 太少 太远 太吵 有臭味 不安全 堵车严重 被占用 跨省不认 要回原地办理 信息查不到 电话打不通 " \
         "积水很深 年久失修 关门太早 班次太少 人太多 材料太多 等了一个月 没有结果 漏水 破损 没有坡道 老人不会用 数据不公开 标准不统一".split()
WISHES = "希望尽快解决 请有关部门处理 什么时候能改善 希望延长时间 建议增加 能不能网上办 希望三省一市互认 请给个说法 盼答复 希望直接结算 建议取消 请说明理由".split() + [""] * 6
E_THINGS = "night bus,metro line,transit card,street light,dead end road,pedestrian crossing,parking space,charging station,lift,public toilet,rubbish " \
           "bin,river,drain,drinking water,gas bill,health insurance,pension,housing fund,nursing home,kindergarten,primary school,school lunch,library," \
           "swimming pool,park,market,clinic,vaccination record,residence permit,business licence,driving licence,parcel locker,shared bike,footpath," \
           "construction site,factory,waste water,broadband,mobile signal,bridge toll,ferry,railway station,last train,school bus,sick pay,job training".split(",")
E_FAULTS = "is broken,does not work,takes too long,is too expensive,is missing,is too far away,is too loud,smells bad,is not safe,is overcrowded,is blocked by " \
           "cars,is not recognised in the next province,closes too early,runs too rarely,floods after rain,has not been repaired for months,needs too many " \
           "documents,cannot be found online,has no ramp,is too hard for old people,leaks".split(",")
E_WISHES = "please repair it,please extend it,when will it be fixed,we ask for more,let us do it online,please explain why,many families need it".split(",") + [""] * 5
SYLLABLES = "an bao chun da feng gao hai jin kang lin ming nan ping qing rong shan tai wan xin yang zhong".split()


def rank(rng, things):
    """One of the things, the first ones more often (Zipf)."""
    return things[min(int(rng.paretovariate(0.9)) - 1, 10 ** 6) % len(things)] if rng.random() < 0.7 else rng.choice(things)


def need(rng):
    if rng.random() < 0.6:
        place = rng.choice(CITIES) + ("".join(rng.choice(HAN) for _ in range(2)) + rng.choice(["路", "小区", "村", "镇", "花园", "街道"])
                                      if rng.random() < 0.7 else "")
        number = f"{rng.randrange(1, 40)}号线" if rng.random() < 0.08 else ""
        parts = [place, number + rank(rng, THINGS), rank(rng, FAULTS), rng.choice(WISHES)]
        if rng.random() < 0.3:
            parts.insert(2, "和" + rank(rng, THINGS))
        text = "".join(parts[:-1])
        return text + ("，" + parts[-1] if parts[-1] else "")
    street = "".join(rng.sample(SYLLABLES, 2)).capitalize() + rng.choice([" Road", " Street", " Village", " Garden"])
    text = f"The {rank(rng, E_THINGS)} {rng.choice(['on', 'near', 'in'])} {street} {rank(rng, E_FAULTS)}"
    wish = rng.choice(E_WISHES)
    return text + (", " + wish if wish else "")


def typed_again(rng, text):
    """As another would put it: a piece left out, a letter wrong."""
    at = rng.randrange(len(text))
    cut = text[:at] + text[at + rng.randrange(1, 4):]
    return (cut[:at // 2] + rng.choice("的了eanst") + cut[at // 2 + 1:]) if rng.random() < 0.3 else cut


def make(n):
    rng = random.Random(20260912)
    texts = [need(rng) for _ in range(n)]
    queries = [typed_again(rng, rng.choice(texts)) if i % 2 else need(rng) for i in range(5000)]
    return texts, queries


def write_lines(path, lines):
    path.write_text("".join(line.replace("\n", " ") + "\n" for line in lines), encoding="utf-8")
    return path


def labelled():
    with open(TOP / "tests" / "fixtures" / "similar" / "pairs.csv", encoding="utf-8") as file:
        pairs = list(csv.DictReader(file))
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair["first"], pair["second"])))
    return texts, [pair for pair in pairs if pair["similar"] == "1"]


class Bench:
    def __init__(self, build):
        self.tool = build / "engines" / "similar" / "similar_bench"
        self.work = build / "bench_similar"
        self.work.mkdir(exist_ok=True)

    def run(self, *words):
        return subprocess.run([self.tool, *map(str, words)], check=True, capture_output=True, text=True).stdout

    def tokens(self, lines):
        """Each line's different tokens; equal tokens share one string, so that a million lines fit."""
        words, found = {}, []
        with subprocess.Popen([self.tool, "tokens", write_lines(self.work / "lines.txt", lines)], stdout=subprocess.PIPE, text=True) as out:
            for line in out.stdout:
                found.append(sorted({words.setdefault(w, w) for w in line.rstrip("\n").split("\t") if w}))
        return found

    def recall(self, texts, pairs, how):
        """Of the pairs, the share whose second text is among the best five for the first, itself left out."""
        file, queries = write_lines(self.work / "t.txt", texts), write_lines(self.work / "q.txt", [p["first"] for p in pairs])
        found = [[texts[int(i)] for i in line.split()] for line in self.run("answer", file, queries, how).split("\n")[:-1]]
        return share(pairs, found)


def share(pairs, found):
    hits = sum(pair["second"] in [text for text in texts if text != pair["first"]][:5] for pair, texts in zip(pairs, found))
    return hits / len(pairs)


class Fts5:
    """SQLite FTS5 over the same tokens, in memory; blanks within a token become underscores."""
    name = "SQLite FTS5 " + sqlite3.sqlite_version

    def __init__(self, documents):
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")")
        with self.db:
            self.db.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)",
                                ((i, " ".join(token.replace(" ", "_") for token in doc)) for i, doc in enumerate(documents)))

    def best(self, tokens, most):
        query = " OR ".join('"' + token.replace(" ", "_").replace('"', "") + '"' for token in tokens)
        return [row[0] for row in self.db.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?", (query, most))]


def install_bm25s():
    """The peer from PyPI, or None with a word why."""
    sys.path.insert(0, str(PEERS))
    try:
        import bm25s
        return bm25s
    except ImportError:
        pass
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), "bm25s"],
                          capture_output=True, text=True, check=False)
    try:
        import importlib
        importlib.invalidate_caches()
        import bm25s
        return bm25s
    except ImportError:
        print("bm25s cannot be had:", done.stderr.strip().split("\n")[-1], file=sys.stderr)
        return None


class Bm25s:
    def __init__(self, bm25s, documents):
        self.name = "bm25s " + bm25s.__version__
        self.retriever = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
        self.retriever.index(documents, show_progress=False)

    def best(self, tokens, most):
        import numpy
        known = [token for token in tokens if token in self.retriever.vocab_dict]
        if not known:
            return []
        scores = self.retriever.get_scores(known)
        top = numpy.argpartition(-scores, min(most, len(scores) - 1))[:most]
        return sorted((int(i) for i in top if scores[i] > 0), key=lambda i: (-scores[i], i))


def bounded(name, run):
    """Runs a peer in a process of its own; one that takes too long or too much memory is told as such."""
    def child():
        resource.setrlimit(resource.RLIMIT_AS, (PEER_BYTES, PEER_BYTES))
        try:
            run()
        except MemoryError:
            sys.exit(3)
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(PEER_SECONDS)
    if process.is_alive():
        process.terminate()
        process.join()
        print(f"| {name} | not within {PEER_SECONDS} s | | | | |", flush=True)
    elif process.exitcode != 0:
        print(f"| {name} | not within {PEER_BYTES >> 30} GiB | | | | |", flush=True)


def peer_row(make_peer, documents, queries, pairs, texts, all_tokens):
    """Build time, p95 of queries, recall@5 of one peer."""
    small = make_peer([all_tokens[text] for text in texts])
    recall = share(pairs, [[texts[i] for i in small.best(all_tokens[pair["first"]], 6)] for pair in pairs])
    begin, used = time.perf_counter(), time.process_time()
    peer = make_peer(documents)
    built, used = time.perf_counter() - begin, time.process_time() - used
    times, stop = [], time.perf_counter() + 20
    for tokens in queries:
        begin = time.process_time()
        peer.best(tokens, 5)
        times.append(time.process_time() - begin)
        if time.perf_counter() > stop:
            break
    times.sort()
    p95 = times[len(times) * 95 // 100] * 1e3
    print(f"| {peer.name}, {len(documents):,} texts | {built:.1f} ({used:.1f}) | | {p95:.2f} ({len(times)} queries) | | {recall:.3f} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--peer-texts", type=int)
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build" / "release")
    options = parser.parse_args()
    subprocess.run(["ninja", "-C", str(options.build), "engines/similar/similar_bench"], check=True, stdout=subprocess.DEVNULL)
    bench = Bench(options.build)
    texts, queries = make(options.texts)
    small, pairs = labelled()
    file, asked = write_lines(bench.work / "texts.txt", texts), write_lines(bench.work / "queries.txt", queries)
    m = dict(line.split(" ") for line in bench.run("measure", file, asked).split("\n")[:-1])
    recalls = {how: bench.recall(small, pairs, how) for how in ("pruned", "whole")}
    crowd = {how: bench.recall(small + texts, pairs, how) for how in ("pruned", "whole")}
    print("\n".join(f"- {key}: {value}" for key, value in m.items()))
    print(f"- load of the machine: {os.getloadavg()[0]:.1f}")
    print(f"- labelled texts among the {len(texts):,}: recall@5 {crowd['pruned']:.3f} pruned, {crowd['whole']:.3f} unpruned\n")
    print("| engine | build s (processor) | index MB (texts MB) | query p95 ms | add µs | recall@5 |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    size, stored = int(m["image_bytes"]) / 1e6, int(m["texts_bytes"]) / 1e6
    print(f"| similar, {len(texts):,} texts | {float(m['build_s']):.2f} ({float(m['build_cpu_s']):.2f}) | {size - stored:.0f} ({stored:.0f}) | {float(m['query_p95_us']) / 1e3:.2f} "
          f"| {float(m['add_mean_us']):.1f} | {recalls['pruned']:.3f} |")
    print(f"| similar, no term left out | | | {float(m['whole_p95_us']) / 1e3:.2f} | | {recalls['whole']:.3f} |", flush=True)
    count = options.peer_texts or options.texts
    documents, query_tokens = bench.tokens(texts[:count]), bench.tokens(queries[:400])
    all_tokens = dict(zip(small, bench.tokens(small)))
    bounded(f"{Fts5.name}, {count:,} texts", lambda: peer_row(Fts5, documents, query_tokens, pairs, small, all_tokens))
    bm25s = install_bm25s()
    if bm25s:
        bounded(f"bm25s {bm25s.__version__}, {count:,} texts", lambda: peer_row(
            lambda docs: Bm25s(bm25s, docs), documents, query_tokens, pairs, small, all_tokens))


if __name__ == "__main__":
    main()
