/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The token stream of a text: what full-text search and the engine for similar texts both index.
 *
 * A text is folded (fold.h) and written again in a normal form: words and runs of CJK characters with
 * one blank between them, nothing else. Tokens are pieces of it. In a CJK run each character and each
 * pair of neighbours is a token; elsewhere each word and each pair of neighbouring words. Symbols
 * such as emoji stand alone. An apostrophe inside a word vanishes, and so does a final 's:
 *
 *	"地铁11號線 stops"  ->  地 地铁 铁 | 11 | 号 号线 线 | stop        (with both LX_TOKENS_ bits)
 *
 * Whoever stores tokens stores lx_tokens_version() and the bits with them, and builds anew when one
 * of them differs. The stream is described in docs/engines/similar.md.
 */
#ifndef LX_BASE_TOKENS_H
#define LX_BASE_TOKENS_H

#include "base/buf.h"
#include "base/call.h"
#include "base/text.h"

/* Bits: fold traditional Han characters; fold English plurals ("buses", "bus's" and "bus"). */
#define LX_TOKENS_HAN    1u
#define LX_TOKENS_PLURAL 2u
#define LX_TOKENS_USUAL  (LX_TOKENS_HAN | LX_TOKENS_PLURAL)

#define LX_TOKEN_MOST 64 /* bytes of a word; longer ones are cut into several */

/* One CJK character or symbol; two CJK neighbours; a word; two neighbouring words with a blank. */
enum lx_token_kind { LX_TOKEN_ONE = 1, LX_TOKEN_TWO = 2, LX_TOKEN_WORD = 4, LX_TOKEN_PAIR = 8 };

/* `run` counts, from 0: CJK characters without anything between them are a run, and words with nothing
 * but gaps between them are one; a search can ask for the tokens of a run as a phrase. */
struct lx_token {
	struct lx_text text;
	enum lx_token_kind kind;
	uint32_t run;
};

/* All of it lies in the call's arena. `normal` is the normal form. */
struct lx_tokens {
	struct lx_text normal;
	const struct lx_token *at;
	size_t n;
};

/* Names rules and Unicode data; it changes when any text could give other tokens than before. */
uint32_t lx_tokens_version(void);

/* Every token of a text, in the order of the text, repetitions included. Any bytes are allowed; what
 * lies beyond the bounds of fold.h is left out. Time and memory are linear, some 70 bytes of the arena
 * for a byte of text: take a mark (lx_arena_here) and go back. Fails only without memory. */
LX_CHECK enum lx_code lx_tokens_index(
	struct lx_call *call, struct lx_text text, unsigned bits, struct lx_tokens *tokens);

/* The fewest tokens that find a text by an index of lx_tokens_index: in a CJK run of two or more the
 * pairs only, a single character as such; words without their pairs. */
LX_CHECK enum lx_code lx_tokens_query(
	struct lx_call *call, struct lx_text text, unsigned bits, struct lx_tokens *tokens);

/* Writes the tokens whose kinds are in `kinds` (ored together), a blank between them, for an index
 * that splits at blanks. Pairs of words hold a blank themselves: let such an index form them. */
void lx_tokens_write(struct lx_buf *out, const struct lx_tokens *tokens, unsigned kinds);

#endif
