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

// A ballot adds up what is ticked, beside the budget.
for (const ballot of document.querySelectorAll("form.ballot")) {
	const unit = 10 ** Number(ballot.dataset.places);
	const sum = ballot.querySelector(".sum"), bar = ballot.querySelector("progress");
	const show = () => {
		const ticked = [...ballot.querySelectorAll("input[name=approve]:checked")];
		const spent = ticked.reduce((all, box) => all + Number(box.dataset.price), 0);
		sum.textContent = ballot.dataset.said.replace("{0}", ticked.length)
			.replace("{1}", (spent / unit).toLocaleString(document.documentElement.lang));
		bar.max = Number(ballot.dataset.budget);
		bar.value = Math.min(spent, bar.max);
	};
	bar.hidden = false;
	ballot.addEventListener("change", show);
	show();
}
