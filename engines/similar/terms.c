/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which terms of a query count, and which known word an unknown one may have been meant for. */
#include "engines/similar/query.h"
#include "engines/similar/score.h"

#include <stdlib.h>
#include <string.h>

#define TYPO_LEAST 4  /* letters of a word that may be mistyped */
#define TYPO_MOST  24 /* longer words are not tried */
#define TYPO_WORDS 8  /* words of one query that are tried */

static int by_key(const void *a, const void *b)
{
	const struct lx_asked *p = a, *q = b;

	return (p->key > q->key) - (p->key < q->key);
}

static int by_df(const void *a, const void *b)
{
	const struct lx_asked *p = a, *q = b;

	return p->df != q->df ? (p->df > q->df) - (p->df < q->df) : by_key(a, b);
}

/* Looks a key up and fills in where it is and in how many texts. */
static void look_up(const struct lx_similar *index, struct lx_asked *term)
{
	term->df = 0;
	term->of_image = lx_image_term(&index->image, term->key);
	term->of_delta = lx_delta_find(&index->delta, term->key);
	if (term->of_image < index->image.terms) {
		term->df = index->image.counts[term->of_image];
		if (index->delta.gone != NULL)
			term->df -= index->delta.gone[term->of_image];
	}
	if (term->of_delta != NULL)
		term->df += term->of_delta->live;
	if (term->df > index->count) /* a made-up image */
		term->df = (uint32_t)index->count;
}

/* A word and the best known word found so far among its neighbours. */
struct typo {
	const struct lx_similar *index;
	struct lx_asked best;
	char found[TYPO_MOST + 2];
	size_t found_n;
};

static void try_word(struct typo *typo, const char *word, size_t n)
{
	struct lx_asked term = { .key = lx_similar_key((struct lx_text){ word, n }) };

	look_up(typo->index, &term);
	if (term.df == 0 || term.df < typo->best.df)
		return;
	struct lx_text a = { word, n }, b = { typo->found, typo->found_n };
	if (term.df == typo->best.df && lx_text_order(a, b) >= 0)
		return;
	typo->best = term;
	memcpy(typo->found, word, n);
	typo->found_n = n;
}

/* Tries the word with `cut` letters at `at` replaced by `n` others. */
static void try_splice(struct typo *typo, struct lx_text word, size_t at, size_t cut,
	const char *letters, size_t n)
{
	char w[TYPO_MOST + 2];

	if (at + cut > word.len || word.len - cut + n > sizeof w)
		return;
	memcpy(w, word.at, at);
	memcpy(w + at, letters, n);
	memcpy(w + at + n, word.at + at + cut, word.len - at - cut);
	try_word(typo, w, word.len - cut + n);
}

/* Every word with a letter left out, two neighbours swapped, one changed or put in (Damerau 1964). */
static void try_neighbours(struct typo *typo, struct lx_text word)
{
	for (size_t i = 0; i <= word.len; i++) {
		try_splice(typo, word, i, 1, "", 0);
		for (const char *c = "abcdefghijklmnopqrstuvwxyz"; *c != '\0'; c++) {
			try_splice(typo, word, i, 0, c, 1);
			try_splice(typo, word, i, 1, c, 1);
		}
		if (i + 2 > word.len)
			continue;
		const char swapped[2] = { word.at[i + 1], word.at[i] };
		try_splice(typo, word, i, 2, swapped, 2);
	}
}

static bool may_be_typo(const struct lx_asked *term)
{
	if (term->df != 0 || term->text.len < TYPO_LEAST || term->text.len > TYPO_MOST)
		return false;
	for (size_t i = 0; i < term->text.len; i++)
		if (term->text.at[i] < 'a' || term->text.at[i] > 'z')
			return false;
	return true;
}

static enum lx_code correct(
	struct lx_call *call, const struct lx_similar *index, struct lx_asked *term)
{
	struct typo typo = { .index = index };

	try_neighbours(&typo, term->text);
	if (typo.best.df == 0)
		return LX_OK;
	char *copy = lx_arena_copy(call->arena, typo.found, typo.found_n);
	if (copy == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	typo.best.instead = term->text;
	typo.best.text = (struct lx_text){ copy, typo.found_n };
	*term = typo.best;
	return LX_OK;
}

/* The different tokens of the text, looked up. */
static enum lx_code read_terms(
	struct lx_call *call, const struct lx_similar *index, struct lx_question *q)
{
	size_t n = 0;

	LX_TRY(lx_tokens_index(call, q->query->text, LX_TOKENS_USUAL, &q->tokens));
	q->twin = lx_similar_twin_key(q->tokens.normal);
	struct lx_asked *terms = lx_array(call, q->tokens.n, sizeof *terms);
	if (terms == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < q->tokens.n; i++) {
		terms[i].text = q->tokens.at[i].text;
		terms[i].key = lx_similar_key(terms[i].text);
	}
	qsort(terms, q->tokens.n, sizeof *terms, by_key);
	for (size_t i = 0; i < q->tokens.n; i++)
		if (i == 0 || terms[i].key != terms[n - 1].key)
			terms[n++] = terms[i];
	q->terms = terms;
	q->n = n;
	q->length = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		look_up(index, &terms[i]);
		q->unknown |= terms[i].df == 0;
	}
	return LX_OK;
}

static enum lx_code correct_words(
	struct lx_call *call, const struct lx_similar *index, struct lx_question *q)
{
	unsigned tried = 0;

	for (size_t i = 0; i < q->n && tried < TYPO_WORDS; i++) {
		if (!may_be_typo(&q->terms[i]))
			continue;
		tried++;
		LX_TRY(correct(call, index, &q->terms[i]));
	}
	return LX_OK;
}

/* Frequent terms that weigh the best: characters and pairs of a script without blanks (from U+3000 on). A
 * word that stands in so many texts is mostly "at" or "please". */
static bool weighs(const struct lx_asked *term)
{
	return (unsigned char)term->text.at[0] >= 0xe3;
}

/* Drops terms in no text and those for which there is no room, and weighs the rest. Terms come by rising
 * df: those that are walked stand before those that only weigh the best. */
static void choose(const struct lx_similar *index, struct lx_question *q)
{
	uint64_t postings = 0; /* of the terms that are walked */
	size_t n = 0, walked = 0, most = q->query->whole ? TERMS_WHOLE : LX_SIMILAR_TERMS_MAX;

	for (size_t i = 0; i < q->n; i++) {
		struct lx_asked term = q->terms[i];
		if (n > 0 && term.key == q->terms[n - 1].key && q->terms[n - 1].df > 0)
			continue; /* a corrected word that stands in the query itself */
		term.weight = lx_similar_weight(index->count, term.df);
		bool counts = n < TERMS_ALWAYS || q->query->whole ||
			      ((uint64_t)term.df * TERMS_SHARE <= index->count &&
				      (postings + term.df) * WALKED_SHARE <= index->count);
		if (term.df != 0 && n == TERMS_WHOLE)
			continue;
		bool walks = counts && walked == n && n < most;
		if (term.df != 0 && !walks && !weighs(&term))
			continue;
		q->full += term.weight;
		if (term.df == 0)
			continue;
		if (walks) {
			walked++;
			postings += term.df;
		}
		q->terms[n++] = term;
	}
	q->n = walked;
	q->all = n;
}

enum lx_code lx_question_ask(struct lx_call *call, const struct lx_similar *index,
	const struct lx_similar_query *query, struct lx_question *question)
{
	*question = (struct lx_question){ .query = query };
	LX_TRY(read_terms(call, index, question));
	LX_TRY(correct_words(call, index, question));
	qsort(question->terms, question->n, sizeof *question->terms, by_df);
	choose(index, question);
	return LX_OK;
}
