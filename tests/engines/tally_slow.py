# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules once more, slow and obviously right: fractions throughout, nothing clever."""
import math
from fractions import Fraction


class Election:
    """ballots: lists of (project, utility) or of projects; cost: id -> Fraction; weights are 1."""

    def __init__(self, budget, cost, ballots, kind="approval", points=None):
        self.budget, self.cost, self.ballots, self.kind = Fraction(budget), {p: Fraction(c) for p, c in cost.items()}, ballots, kind
        self.points = points

    def pb(self):
        """The election as a Pabulib file."""
        lines = ["META", "key;value", f"num_projects;{len(self.cost)}", f"num_votes;{len(self.ballots)}", f"budget;{decimal(self.budget)}",
                 f"vote_type;{self.kind}", "rule;unknown", "PROJECTS", "project_id;cost;votes"]
        lines += [f"{p};{decimal(c)};0" for p, c in self.cost.items()]
        lines += ["VOTES", "voter_id;vote" + (";points" if self.points else "")]
        for i, ballot in enumerate(self.ballots):
            lines.append(f"{i};{','.join(ballot)}" + (";" + ",".join(map(str, self.points[i])) if self.points else ""))
        return "\n".join(lines) + "\n"

    def use(self, utility):
        """For each voter: project -> utility, positive ones only."""
        every = []
        for i, ballot in enumerate(self.ballots):
            row = {}
            for place, p in enumerate(ballot):
                u = {"cost": self.cost[p], "card": Fraction(1), "borda": Fraction(len(ballot) - place - 1),
                     "positional": Fraction(max(map(len, self.ballots)) - place)}.get(utility)
                if utility == "cardinal":
                    u = Fraction(str(self.points[i][place]))
                if u > 0:
                    row[p] = u
            every.append(row)
        return every


def decimal(x):
    """A fraction with a finite decimal form, written out."""
    places = 0
    while (x * 10**places).denominator != 1:
        places += 1
    whole = int(x * 10**places)
    return str(whole) if places == 0 else f"{whole // 10**places}.{whole % 10**places:0{places}d}"


def price(cost, supporters, money):
    """The least r with sum of min(money, r * utility) = cost, or None; supporters: (voter, utility)."""
    if sum((money[v] for v, _ in supporters), Fraction(0)) < cost:
        return None
    poor = Fraction(0)
    rich = sum((u for _, u in supporters), Fraction(0))
    for v, u in sorted(supporters, key=lambda it: money[it[0]] / it[1]):
        r = (cost - poor) / rich
        if money[v] >= r * u:
            return r
        poor += money[v]
        rich -= u
    raise AssertionError("affordable, yet no price")


def forbidden(election, winners, p, limits):
    """Whether a group's most, or what is kept free for others, forbids p; limits: (group of, most, least)."""
    if limits is None:
        return False
    group, most, least = limits
    after = {}
    for q in [*winners, p]:
        after[group[q]] = after.get(group[q], 0) + election.cost[q]
    if after[group[p]] > most.get(group[p], math.inf):
        return True
    return bool(least) and sum(max(after.get(g, 0), least.get(g, 0)) for g in {*after, *least}) > election.budget


def mes(election, utility, share, without=(), limits=None):
    """Equal Shares with a given share: winners in order, ties, money left."""
    use = election.use(utility)
    money = [share] * len(use)
    open_projects = [p for p in sorted(election.cost) if p not in without]
    supporters = {p: [(v, row[p]) for v, row in enumerate(use) if p in row] for p in open_projects}
    winners, ties = [], []
    while True:
        prices = {}
        for p in open_projects:
            if supporters[p] and not forbidden(election, winners, p, limits):
                r = price(election.cost[p], supporters[p], money)
                if r is not None:
                    prices[p] = r
        if not prices:
            return winners, ties, money
        least = min(prices.values())
        tied = [p for p in open_projects if prices.get(p) == least]
        if len(tied) > 1:
            ties.append(tied)
        for v, u in supporters[tied[0]]:
            money[v] -= min(money[v], least * u)
        winners.append(tied[0])
        open_projects.remove(tied[0])


def add1(election, utility, exhaustive_stop, increment=1, most=3000, limits=None):
    """Unit steps; the last outcome that costs no more than the budget. None when it takes too long."""
    n = len(election.ballots)
    supported = set().union(*[row.keys() for row in election.use(utility)])
    before = None
    for k in range(most):
        winners, _, _ = mes(election, utility, election.budget / n + k * increment, (), limits)
        spent = sum(election.cost[p] for p in winners)
        if spent > election.budget:
            return before, k - 1
        left = {p for p in supported - set(winners) if not forbidden(election, winners, p, limits)}
        if not left:
            return winners, k
        if exhaustive_stop and all(spent + election.cost[p] > election.budget for p in left):
            return winners, k
        before = winners
    return None, most


def greedy(election, utility):
    """By utility per cost, the id among equals."""
    total = {p: Fraction(0) for p in election.cost}
    for row in election.use(utility):
        for p, u in row.items():
            total[p] += u
    spent, winners = Fraction(0), []
    for p in sorted(election.cost, key=lambda p: (-total[p] / election.cost[p], p)):
        if spent + election.cost[p] <= election.budget:
            winners.append(p)
            spent += election.cost[p]
    return winners


def phragmen(election):
    """Loads; ends when any of the next projects would exceed the budget."""
    load = [Fraction(0)] * len(election.ballots)
    approvers = {p: [v for v, b in enumerate(election.ballots) if p in b] for p in election.cost}
    left = [p for p in sorted(election.cost) if approvers[p] and election.cost[p] <= election.budget]
    spent, winners = Fraction(0), []
    while left:
        new = {p: (sum((load[v] for v in approvers[p]), Fraction(0)) + election.cost[p]) / len(approvers[p]) for p in left}
        least = min(new.values())
        tied = [p for p in left if new[p] == least]
        if any(spent + election.cost[p] > election.budget for p in tied):
            break
        for v in approvers[tied[0]]:
            load[v] = least
        winners.append(tied[0])
        spent += election.cost[tied[0]]
        left.remove(tied[0])
    return winners


def effective_support(election, utility, share, project):
    """How much of its cost a project could have raised in its best round, in whole percent."""
    use = election.use(utility)
    money = [share] * len(use)
    own = [(v, row[project]) for v, row in enumerate(use) if project in row]
    best = 0
    rest = [p for p in sorted(election.cost) if p != project]
    supporters = {p: [(v, row[p]) for v, row in enumerate(use) if p in row] for p in rest}
    while True:
        prices = {p: price(election.cost[p], supporters[p], money) for p in rest if supporters[p]}
        prices = {p: r for p, r in prices.items() if r is not None}
        if not prices:
            cover = sum((money[v] for v, _ in own), Fraction(0))
            return max(best, math.floor(cover / election.cost[project] * 100))
        least = min(prices.values())
        winner = min(p for p in prices if prices[p] == least)
        for v, u in supporters[winner]:
            money[v] -= min(money[v], least * u)
        cover = sum((min(money[v], least * u) for v, u in own), Fraction(0))
        best = max(best, math.floor(cover / election.cost[project] * 100))
        rest.remove(winner)


def bounded(election, utility):
    """Equal Shares with bounded overspending: every level at which a supporter runs out, and the one that pays in full."""
    use = election.use(utility)
    money = [election.budget / len(use)] * len(use)
    left, winners = election.budget, []
    open_projects = sorted(p for p in election.cost if any(p in row for row in use))
    while True:
        offers = {}
        for p in open_projects:
            cost = election.cost[p]
            own = [(v, row[p]) for v, row in enumerate(use) if p in row]
            if cost > left:
                continue
            levels = {money[v] / u for v, u in own if money[v] > 0}
            full = price(cost, own, money)
            if full is not None:
                levels.add(full)
            for y in levels:
                paid = sum(min(money[v], y * u) for v, u in own)
                if paid <= cost:
                    part = paid / cost
                    offer = (y / part / part, y / part)
                    offers[p] = min(offers.get(p, offer), offer)
        if not offers:
            return winners
        p = min(offers, key=lambda p: (offers[p][0], p))
        for v, row in enumerate(use):
            if p in row:
                money[v] = max(Fraction(0), money[v] - row[p] * offers[p][1])
        winners.append(p)
        left -= election.cost[p]
        open_projects.remove(p)


def even(election, utility, share):
    """Exact Equal Shares: as many supporters as can pay the same; most utility of payers per cost first."""
    use = election.use(utility)
    money = [share] * len(use)
    winners, open_projects = [], sorted(election.cost)
    while True:
        offers = {}
        for p in open_projects:
            rich = sorted((money[v] for v, row in enumerate(use) if p in row), reverse=True)
            payers = max((k for k in range(1, len(rich) + 1) if rich[k - 1] >= election.cost[p] / k), default=0)
            if payers:
                unit = next(row[p] for row in use if p in row)
                offers[p] = (election.cost[p] / (payers * unit), payers)
        if not offers:
            return winners
        p = min(offers, key=lambda p: (offers[p][0], p))
        each = election.cost[p] / offers[p][1]
        for v, row in enumerate(use):
            if p in row and money[v] >= each:
                money[v] -= each
        winners.append(p)
        open_projects.remove(p)


def even_add_opt(election, utility):
    """Exact Equal Shares at every share at which anything can change at all: cost / k minus a sum of such payments."""
    n = len(election.ballots)
    supported = set().union(*[row.keys() for row in election.use(utility)])
    parts = sorted({cost / k for cost in election.cost.values() for k in range(1, n + 1)})
    sums = {Fraction(0)}
    for _ in range(len(election.cost)):
        sums |= {a + b for a in sums for b in parts if a + b <= max(election.cost.values()) * len(election.cost)}
        if len(sums) > 4000:
            return None
    shares = sorted(s for s in sums if s > election.budget / n)
    before = even(election, utility, election.budget / n)
    for share in shares:
        if set(before) == supported:
            break
        winners = even(election, utility, share)
        if sum(election.cost[p] for p in winners) > election.budget:
            break
        before = winners
    return before


def largest_load(election, projects):
    """The least possible largest load: over all parts of the set, cost over voters who name any of it."""
    worst = Fraction(0)
    for mask in range(1, 1 << len(projects)):
        part = [p for i, p in enumerate(projects) if mask >> i & 1]
        voters = sum(any(p in b for p in part) for b in election.ballots)
        worst = max(worst, Fraction(sum(election.cost[p] for p in part), voters))
    return worst


def maximin(election):
    """Maximin support; what does not fit is passed over."""
    winners, left = [], election.budget
    while True:
        open_projects = [p for p in sorted(election.cost) if p not in winners and election.cost[p] <= left and any(p in b for b in election.ballots)]
        if not open_projects:
            return winners
        p = min(open_projects, key=lambda p: (largest_load(election, winners + [p]), p))
        winners.append(p)
        left -= election.cost[p]


def all_outcomes(election, utility):
    """Equal Shares with every way that ties may fall: sets of winners."""
    use = election.use(utility)
    found = set()

    def go(money, winners):
        prices = {}
        for p in election.cost:
            own = [(v, row[p]) for v, row in enumerate(use) if p in row]
            if p not in winners and own:
                r = price(election.cost[p], own, money)
                if r is not None:
                    prices[p] = r
        if not prices:
            found.add(tuple(sorted(winners)))
            return
        least = min(prices.values())
        for p in prices:
            if prices[p] == least:
                go([m - min(m, least * use[v].get(p, 0)) for v, m in enumerate(money)], winners + [p])

    go([election.budget / len(use)] * len(use), [])
    return found
