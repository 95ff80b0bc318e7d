/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Help: usage, what a command is for, its options with the values they take, lines to try. */
#include "cli/help.h"

#include "cli/columns.h"

#include <stdio.h>
#include <string.h>

#define WIDTH  96 /* of a line, in columns of a terminal */
#define OPTION 28 /* where the text of an option begins */

static const char *sentence(enum lx_lang lang, const char *format, const char *a, const char *b)
{
	char id[128];

	(void)snprintf(id, sizeof id, format, a, b);
	return lx_tr(lang, id);
}

const char *lx_help_title(enum lx_lang lang, const struct lx_command *command)
{
	return sentence(lang, "cli.%s", command->name, NULL);
}

const char *lx_help_about(enum lx_lang lang, const struct lx_command *command)
{
	return sentence(lang, "cli.%s?", command->name, NULL);
}

const char *lx_help_option(
	enum lx_lang lang, const struct lx_command *command, const struct lx_option *option)
{
	char id[128];

	(void)snprintf(id, sizeof id, "cli.%s.%s", command->name, option->name);
	if (lx_has(id))
		return lx_tr(lang, id);
	return sentence(lang, "cli.%s.%s", "common", option->name);
}

const char *lx_help_example(enum lx_lang lang, const struct lx_command *command, size_t n)
{
	char number[24];

	(void)snprintf(number, sizeof number, "%zu", n);
	return sentence(lang, "cli.%s:%s", command->name, number);
}

static void pad_to(struct lx_buf *out, size_t written, size_t width)
{
	do
		lx_buf_char(out, ' ');
	while (++written < width);
}

static bool begins_with_one_of(const char *at, const char *const *marks)
{
	for (; *marks != NULL; marks++)
		if (strncmp(at, *marks, strlen(*marks)) == 0)
			return true;
	return false;
}

/* The bytes of what must stay on one line: a word, or one wide character with the punctuation that belongs to it. */
static size_t piece_of(struct lx_text text)
{
	static const char *const closing[] = { "，", "。", "；", "：", "、", "）", "”", "？", "！",
		NULL };
	static const char *const opening[] = { "（", "“", NULL };
	size_t n = 0;
	bool open = false;

	while (n < text.len && text.at[n] != ' ') {
		size_t next = n + 1;
		while (next < text.len && ((unsigned char)text.at[next] & 0xc0) == 0x80)
			next++;
		bool wide = next - n >= 3;
		if (n > 0 && !open && wide && !begins_with_one_of(text.at + n, closing))
			return n;
		open = begins_with_one_of(text.at + n, opening);
		n = next;
		if (wide && !open && (n == text.len || (unsigned char)text.at[n] < 0xe0))
			return n;
	}
	return n;
}

/* A paragraph in lines that begin at column `indent`, where the first one stands already. */
static void write_wrapped(struct lx_buf *out, const char *paragraph, size_t indent)
{
	struct lx_text rest = lx_text(paragraph);
	size_t at = indent;

	while (rest.len > 0) {
		bool blank = rest.at[0] == ' ';
		if (blank)
			rest = (struct lx_text){ rest.at + 1, rest.len - 1 };
		struct lx_text piece = { rest.at, piece_of(rest) };
		size_t width = lx_display_width(piece);
		if (at > indent && at + blank + width > WIDTH) {
			lx_buf_char(out, '\n');
			if (indent > 0)
				pad_to(out, 0, indent);
			at = indent;
		} else if (blank && at > indent) {
			lx_buf_char(out, ' ');
			at++;
		}
		lx_buf_text(out, piece);
		at += width;
		rest = (struct lx_text){ rest.at + piece.len, rest.len - piece.len };
	}
	lx_buf_char(out, '\n');
}

void lx_help_commands(struct lx_cli *cli)
{
	lx_say(&cli->out, cli->lang, "cli.usage", NULL);
	lx_buf_str(&cli->out, "\n\n");
	for (size_t i = 0; lx_commands[i] != NULL; i++) {
		const char *name = lx_commands[i]->name;
		lx_buf_printf(&cli->out, "  %s%s%s", lx_style(cli->colour, LX_STYLE_BOLD), name,
			lx_style(cli->colour, LX_STYLE_PLAIN));
		pad_to(&cli->out, lx_display_width(lx_text(name)), 12);
		lx_buf_printf(&cli->out, "%s\n", lx_help_title(cli->lang, lx_commands[i]));
	}
	lx_buf_char(&cli->out, '\n');
	lx_say(&cli->out, cli->lang, "cli.usage?", NULL);
	lx_buf_char(&cli->out, '\n');
}

void lx_help_value(struct lx_buf *out, const struct lx_option *option)
{
	if (option->kind == LX_OPTION_CHOICE && option->value == NULL) {
		struct lx_text rest = lx_text(option->of), word;
		for (char before = ' '; lx_text_word(&rest, &word); before = '|') {
			lx_buf_char(out, before);
			lx_buf_text(out, word);
		}
	} else if (option->kind != LX_OPTION_FLAG) {
		lx_buf_printf(out, " %s", option->value == NULL ? "N" : option->value);
	}
}

static void write_options(struct lx_cli *cli, const struct lx_option *options)
{
	for (const struct lx_option *o = options; o != NULL && o->name != NULL; o++) {
		LX_CLOSE(lx_buf_close) struct lx_buf head = { 0 };
		lx_buf_printf(&head, "  --%s", o->name);
		lx_help_value(&head, o);
		lx_buf_text(&cli->out, lx_buf_view(&head));
		size_t width = lx_display_width(lx_buf_view(&head));
		if (width > OPTION - 2) {
			lx_buf_char(&cli->out, '\n');
			width = 0;
		}
		pad_to(&cli->out, width, OPTION);
		write_wrapped(&cli->out, lx_help_option(cli->lang, cli->command, o), OPTION);
	}
}

static void write_examples(struct lx_cli *cli)
{
	size_t n = 0;

	for (const struct lx_example *e = lx_examples; e->command != NULL; e++) {
		if (strcmp(e->command, cli->command->name) != 0)
			continue;
		if (n++ == 0)
			lx_buf_printf(&cli->out, "\n%s\n", lx_tr(cli->lang, "cli.examples"));
		lx_buf_printf(&cli->out, "  %s%s%s\n      ", lx_style(cli->colour, LX_STYLE_BOLD),
			e->line, lx_style(cli->colour, LX_STYLE_PLAIN));
		write_wrapped(&cli->out, lx_help_example(cli->lang, cli->command, n), 6);
	}
}

void lx_help_command(struct lx_cli *cli)
{
	const struct lx_command *command = cli->command;

	lx_buf_printf(&cli->out, "%slianxi %s%s", lx_style(cli->colour, LX_STYLE_BOLD),
		command->name, lx_style(cli->colour, LX_STYLE_PLAIN));
	if (command->operands != NULL && command->operands[0] != '\0')
		lx_buf_printf(&cli->out, " %s", command->operands);
	lx_buf_printf(&cli->out, "\n\n%s\n\n", lx_help_title(cli->lang, command));
	write_wrapped(&cli->out, lx_help_about(cli->lang, command), 0);
	lx_buf_char(&cli->out, '\n');
	write_options(cli, command->options);
	write_options(cli, lx_common_options);
	write_examples(cli);
}
