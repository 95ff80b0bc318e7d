/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looking up and filling in sentences. */
#include "base/message.h"

#include "base/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const lx_lang_names[LX_LANGS] = { "zh-CN", "en" };

enum lx_lang lx_lang_of(struct lx_text tag, enum lx_lang other)
{
	if (tag.len < 2 || (tag.len > 2 && tag.at[2] != '-' && tag.at[2] != '_'))
		return other;
	if ((tag.at[0] | 32) == 'z' && (tag.at[1] | 32) == 'h')
		return LX_ZH;
	if ((tag.at[0] | 32) == 'e' && (tag.at[1] | 32) == 'n')
		return LX_EN;
	return other;
}

static int by_id(const void *key, const void *row)
{
	return strcmp(key, ((const struct lx_message *)row)->id);
}

static const struct lx_message *find(const char *id)
{
	return bsearch(id, lx_messages, lx_messages_n, sizeof lx_messages[0], by_id);
}

bool lx_has(const char *id)
{
	return find(id) != NULL;
}

const char *lx_tr(enum lx_lang lang, const char *id)
{
	const struct lx_message *message = find(id);

	return message == NULL ? id : message->says[lang];
}

void lx_say_args(struct lx_buf *out, enum lx_lang lang, const char *id, const char *const *args)
{
	const char *says = lx_tr(lang, id);
	size_t n = 0;

	while (args[n] != NULL)
		n++;
	for (const char *open; (open = strchr(says, '{')) != NULL;) {
		bool hole = open[1] >= '0' && open[1] <= '9' && open[2] == '}';
		size_t index = hole ? (size_t)(open[1] - '0') : 0;
		lx_buf_put(out, says, (size_t)(open - says) + !hole);
		if (hole && index < n)
			lx_buf_str(out, args[index]);
		says = open + (hole ? 3 : 1);
	}
	lx_buf_str(out, says);
}

void lx_say_count(struct lx_buf *out, enum lx_lang lang, const char *id, int64_t n)
{
	LX_CLOSE(lx_buf_close) struct lx_buf number = { .limit = 64 };
	char plural[128];

	lx_money_write(&number, (struct lx_money){ .minor = n });
	(void)snprintf(plural, sizeof plural, "%s+", id);
	lx_say(out, lang, n != 1 && lx_has(plural) ? plural : id, lx_buf_view(&number).at);
}

void lx_say_fault(struct lx_buf *out, enum lx_lang lang, const struct lx_fault *fault)
{
	char line[24], column[24];

	if (fault->line > 0) {
		(void)snprintf(line, sizeof line, "%lld", (long long)fault->line);
		(void)snprintf(column, sizeof column, "%lld", (long long)fault->column);
		lx_say(out, lang, fault->column > 0 ? "base.place" : "base.place_line", line,
			column);
	}
	lx_say(out, lang, fault->msgid == NULL ? "base.broken" : fault->msgid, fault->detail,
		fault->field);
}
