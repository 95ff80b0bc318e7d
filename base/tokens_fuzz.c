/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fuzzing the token stream: any bytes give valid, bounded tokens; a query's tokens are among them. */
#include "base/tokens.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool contains(const struct lx_tokens *tokens, const struct lx_token *token)
{
	for (size_t i = 0; i < tokens->n; i++)
		if (tokens->at[i].kind == token->kind && tokens->at[i].run == token->run &&
			lx_text_equal(tokens->at[i].text, token->text))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 256 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_text text = { (const char *)data, size };
	struct lx_tokens index, query;
	unsigned bits = size > 0 ? data[0] % 4 : 0;

	enum lx_code code = lx_tokens_index(&call, text, bits, &index);
	assert(code == LX_OK && lx_utf8_valid(index.normal.at, index.normal.len, NULL));
	code = lx_tokens_query(&call, text, bits, &query);
	assert(code == LX_OK && lx_text_equal(index.normal, query.normal));
	for (size_t i = 0; i < index.n; i++)
		assert(index.at[i].text.len > 0 && index.at[i].text.len <= 2 * LX_TOKEN_MOST + 1);
	for (size_t i = 0; i < query.n && query.n < 1000; i++)
		assert(contains(&index, &query.at[i]));
	return 0;
}
