// SPDX-License-Identifier: AGPL-3.0-or-later
// Comfort only: every page works without this file. No framework, nothing fetched from another host.
"use strict";

// The phone's table of contents opens in place instead of on its own page.
for (const link of document.querySelectorAll(".bars .contents")) {
	const bar = document.querySelector(".bars.wide");
	link.setAttribute("aria-expanded", "false");
	link.setAttribute("role", "button");
	const toggle = (event) => {
		event.preventDefault();
		const open = bar.classList.toggle("open");
		link.setAttribute("aria-expanded", String(open));
		if (open) bar.querySelector("a").focus();
	};
	link.addEventListener("click", toggle);
	link.addEventListener("keydown", (event) => {
		if (event.key === " ") toggle(event);
	});
}

// What is wrong with a form is read and seen first.
const errors = document.querySelector(".errsum");
if (errors) errors.focus();

// An error's link goes to the field itself, and into it.
for (const link of document.querySelectorAll(".errsum a[href^='#']")) {
	link.addEventListener("click", () => {
		const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
		const inside = field && field.matches("fieldset") ? field.querySelector("input:not([type=hidden])") : field;
		if (inside) setTimeout(() => inside.focus(), 0);
	});
}

// How many characters there are of how many, counted as the server counts: by code points.
for (const field of document.querySelectorAll("textarea[maxlength], input[maxlength]")) {
	const most = Number(field.maxLength);
	if (most < 40) continue;
	const count = document.createElement("span");
	count.className = "hint n count-of";
	count.setAttribute("aria-hidden", "true");
	field.removeAttribute("maxlength"); // it would count otherwise, and cut what is pasted
	const show = () => {
		const n = [...field.value].length;
		count.textContent = n + " / " + most;
		count.classList.toggle("bad", n > most);
	};
	field.addEventListener("input", show);
	field.after(count);
	show();
}

// A form is sent once: a second press within five seconds does nothing. The one-time number inside makes
// repetition harmless anyway.
for (const form of document.querySelectorAll("form[method=post]")) {
	let sent = 0;
	form.addEventListener("submit", (event) => {
		const now = Date.now();
		if (now - sent < 5000) event.preventDefault();
		else sent = now;
	});
}
window.addEventListener("pageshow", (event) => {
	if (event.persisted) location.reload(); // back to a form: fresh one-time number
});

// Similar records appear while the title is written. The address answers with a page that holds the same
// aside; the old content stays until the new one is there.
for (const aside of document.querySelectorAll(".similar[data-from]")) {
	const title = aside.previousElementSibling.querySelector("input, textarea");
	if (!title) continue;
	let timer = 0;
	let last = title.value.trim();
	const look = async () => {
		const words = title.value.trim();
		if (words === last || [...words].length < 4) return;
		last = words;
		aside.setAttribute("aria-busy", "true");
		try {
			const answer = await fetch(aside.dataset.from + "?q=" + encodeURIComponent(words));
			if (!answer.ok || title.value.trim() !== words) return;
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const found = page.querySelector(".similar");
			if (found) aside.replaceChildren(...found.childNodes);
		} catch {
			// offline: the page works as it is
		} finally {
			aside.removeAttribute("aria-busy");
		}
	};
	title.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(look, 600);
	});
}

// A ballot adds up what is ticked: a part of the bar for each project, what is left of the budget; and shows the chosen ones alone.
for (const ballot of document.querySelectorAll("form.ballot")) {
	const data = ballot.dataset, budget = Number(data.budget), unit = 10 ** Number(data.places);
	const [sum, rest, bar, only] = [".sum", ".rest", "svg", ".two"].map((each) => ballot.querySelector(".spent " + each));
	const money = new Intl.NumberFormat(document.documentElement.lang,
		{ style: "currency", currency: data.currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: 0 });
	const show = () => {
		const prices = [...ballot.querySelectorAll("input[name=approve]:checked")].map((box) => Number(box.dataset.price));
		const spent = prices.reduce((all, price) => all + price, 0), whole = Math.max(budget, spent);
		let from = 0;
		sum.textContent = data.said.replace("{0}", prices.length).replace("{1}", money.format(spent / unit));
		rest.textContent = (spent > budget ? data.over : data.left).replace("{0}", money.format(Math.abs(budget - spent) / unit));
		bar.replaceChildren(...prices.map((price) => {
			const part = document.createElementNS(bar.namespaceURI, "rect"), wide = price / whole * 1000;
			for (const [name, value] of [["class", "f-c1"], ["x", from], ["width", Math.max(wide - 4, 1)], ["height", 16]])
				part.setAttribute(name, value);
			from += wide;
			return part;
		}));
	};
	only.addEventListener("click", () => only.setAttribute("aria-pressed", String(ballot.classList.toggle("only"))));
	bar.removeAttribute("hidden");
	only.hidden = false;
	ballot.addEventListener("change", show);
	show();
}
