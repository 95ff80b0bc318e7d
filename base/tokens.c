/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The token stream: writes the normal form once and notes where in it the tokens lie. */
#include "base/tokens.h"

#include "base/fold.h"

#include <string.h>

#define RULES 2u /* raise it with every change of this file, fold.c or tools/han.py that shows */

/* What is being made. `last` is the class of what the run ends with, `from` where that begins. */
struct shape {
	const uint32_t *codes;
	size_t n, at;
	bool query, plural;
	char *out;
	size_t len;
	struct lx_token *tokens;
	size_t k;
	uint32_t runs;
	enum lx_class last;
	size_t from;
};

uint32_t lx_tokens_version(void)
{
	return RULES << 16 | lx_fold_version();
}

static enum lx_class class_at(const struct shape *s, size_t i)
{
	return i < s->n ? lx_fold_class(s->codes[i]) : LX_CLASS_GAP;
}

static void add(struct shape *s, size_t from, enum lx_token_kind kind)
{
	s->tokens[s->k++] = (struct lx_token){ { s->out + from, s->len - from }, kind,
		s->runs - 1 };
}

static void blank(struct shape *s)
{
	if (s->len > 0)
		s->out[s->len++] = ' ';
}

static void put(struct shape *s, uint32_t code)
{
	s->len += lx_utf8_put(code, s->out + s->len);
}

static void take_cjk(struct shape *s)
{
	bool first = s->last != LX_CLASS_CJK, alone;

	if (first) {
		blank(s);
		s->runs++;
	}
	size_t from = s->len;
	put(s, s->codes[s->at++]);
	if (!first)
		add(s, s->from, LX_TOKEN_TWO);
	alone = first && class_at(s, s->at) != LX_CLASS_CJK;
	if (!s->query || alone)
		add(s, from, LX_TOKEN_ONE);
	s->from = from;
	s->last = LX_CLASS_CJK;
}

static void take_symbol(struct shape *s)
{
	blank(s);
	s->runs++;
	size_t from = s->len;
	put(s, s->codes[s->at++]);
	add(s, from, LX_TOKEN_ONE);
	s->last = LX_CLASS_GAP;
}

static bool is_apostrophe(uint32_t code)
{
	return code == '\'' || code == 0x2019;
}

/* Copies the codes of a word; an apostrophe between letters goes, and a final 's with it. */
static void copy_word(struct shape *s)
{
	size_t from = s->len;

	while (s->len - from <= LX_TOKEN_MOST - 4) {
		if (class_at(s, s->at) == LX_CLASS_WORD) {
			put(s, s->codes[s->at++]);
			continue;
		}
		if (s->at + 1 >= s->n || !is_apostrophe(s->codes[s->at]) ||
			class_at(s, s->at + 1) != LX_CLASS_WORD)
			return;
		s->at++;
		if (s->codes[s->at] == 's' && class_at(s, s->at + 1) != LX_CLASS_WORD)
			s->at++;
	}
}

static bool all_letters(const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (word[i] < 'a' || word[i] > 'z')
			return false;
	return true;
}

static bool ends_in(const char *word, size_t n, const char *ending)
{
	size_t m = strlen(ending);

	return n >= m && memcmp(word + n - m, ending, m) == 0;
}

/* The length of an English word without its plural ending, so that buses meets bus and cities city.
 * After Harman's S stemmer (1991), with the endings in -es told apart by what stands before them; some
 * words fall between the rules (excuses). May change the last letter that stays. */
static size_t singular(char *word, size_t n)
{
	static const char *const long_endings[] = { "sses", "xes", "ches", "shes" };

	if (n < 4 || !all_letters(word, n) || word[n - 1] != 's' ||
		strchr("siu", word[n - 2]) != NULL)
		return n;
	if (n > 4 && ends_in(word, n, "ies")) {
		word[n - 3] = 'y';
		return n - 2;
	}
	for (size_t i = 0; i < sizeof long_endings / sizeof long_endings[0]; i++)
		if (ends_in(word, n, long_endings[i]))
			return n - 2;
	if (n > 5 && ends_in(word, n, "oes"))
		return n - 2;
	if (n > 4 && ends_in(word, n, "uses") && strchr("aeiou", word[n - 5]) == NULL)
		return n - 2;
	return n - 1;
}

static void take_word(struct shape *s)
{
	bool first = s->last != LX_CLASS_WORD;

	blank(s);
	s->runs += first;
	size_t from = s->len;
	copy_word(s);
	if (s->plural)
		s->len = from + singular(s->out + from, s->len - from);
	if (!first && !s->query)
		add(s, s->from, LX_TOKEN_PAIR);
	add(s, from, LX_TOKEN_WORD);
	s->from = from;
	s->last = LX_CLASS_WORD;
}

static void take(struct shape *s)
{
	switch (class_at(s, s->at)) {
	case LX_CLASS_CJK:
		take_cjk(s);
		break;
	case LX_CLASS_WORD:
		take_word(s);
		break;
	case LX_CLASS_SYMBOL:
		take_symbol(s);
		break;
	case LX_CLASS_GAP:
		if (s->last == LX_CLASS_CJK)
			s->last = LX_CLASS_GAP;
		s->at++;
		break;
	}
}

static enum lx_code make(struct lx_call *call, struct lx_text text, unsigned bits, bool query,
	struct lx_tokens *tokens)
{
	struct shape s = { .query = query, .plural = (bits & LX_TOKENS_PLURAL) != 0 };
	uint32_t *codes;

	LX_TRY(lx_fold(call, text, (bits & LX_TOKENS_HAN) != 0, &codes, &s.n));
	s.codes = codes;
	s.out = lx_array(call, s.n + 1, 5); /* a character and a blank */
	s.tokens = lx_array(call, s.n + 1, 2 * sizeof *s.tokens);
	if (s.out == NULL || s.tokens == NULL)
		return LX_BROKEN;
	while (s.at < s.n)
		take(&s);
	*tokens = (struct lx_tokens){ { s.out, s.len }, s.tokens, s.k };
	return LX_OK;
}

enum lx_code lx_tokens_index(
	struct lx_call *call, struct lx_text text, unsigned bits, struct lx_tokens *tokens)
{
	return make(call, text, bits, false, tokens);
}

enum lx_code lx_tokens_query(
	struct lx_call *call, struct lx_text text, unsigned bits, struct lx_tokens *tokens)
{
	return make(call, text, bits, true, tokens);
}

void lx_tokens_write(struct lx_buf *out, const struct lx_tokens *tokens, unsigned kinds)
{
	bool some = false;

	for (size_t i = 0; i < tokens->n; i++) {
		if ((tokens->at[i].kind & kinds) == 0)
			continue;
		if (some)
			lx_buf_char(out, ' ');
		lx_buf_text(out, tokens->at[i].text);
		some = true;
	}
}
