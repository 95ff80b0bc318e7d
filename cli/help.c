/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Help: usage, what a command is for, its options with the values they take. */
#include "cli/help.h"

#include "cli/columns.h"

#include <stdio.h>

static void pad_to(struct lx_buf *out, size_t written, size_t width)
{
	do
		lx_buf_char(out, ' ');
	while (++written < width);
}

void lx_help_commands(struct lx_cli *cli)
{
	lx_say(&cli->out, cli->lang, "cli.usage", NULL);
	lx_buf_str(&cli->out, "\n\n");
	for (size_t i = 0; lx_commands[i] != NULL; i++) {
		const char *name = lx_commands[i]->name;
		char id[96];
		(void)snprintf(id, sizeof id, "cli.%s", name);
		lx_buf_printf(&cli->out, "  %s", name);
		pad_to(&cli->out, lx_display_width(lx_text(name)), 12);
		lx_buf_printf(&cli->out, "%s\n", lx_tr(cli->lang, id));
	}
	lx_buf_char(&cli->out, '\n');
	lx_say(&cli->out, cli->lang, "cli.usage?", NULL);
	lx_buf_char(&cli->out, '\n');
}

static void write_option(struct lx_cli *cli, const char *command, const struct lx_option *option)
{
	LX_CLOSE(lx_buf_close) struct lx_buf head = { 0 };
	char id[128];

	lx_buf_printf(&head, "  --%s", option->name);
	if (option->kind == LX_OPTION_CHOICE && option->value == NULL) {
		struct lx_text rest = lx_text(option->of), word;
		for (char before = ' '; lx_text_word(&rest, &word); before = '|') {
			lx_buf_char(&head, before);
			lx_buf_text(&head, word);
		}
	} else if (option->kind != LX_OPTION_FLAG) {
		lx_buf_printf(&head, " %s", option->value == NULL ? "N" : option->value);
	}
	(void)snprintf(id, sizeof id, "cli.%s.%s", command, option->name);
	lx_buf_text(&cli->out, lx_buf_view(&head));
	size_t width = lx_display_width(lx_buf_view(&head));
	if (width > 26) {
		lx_buf_char(&cli->out, '\n');
		width = 0;
	}
	pad_to(&cli->out, width, 28);
	lx_buf_printf(&cli->out, "%s\n", lx_tr(cli->lang, id));
}

void lx_help_command(struct lx_cli *cli)
{
	const struct lx_command *command = cli->command;
	static const struct lx_option help = { .name = "help", .kind = LX_OPTION_FLAG }, lang = {
		.name = "lang", .kind = LX_OPTION_CHOICE, .of = "zh en"
	};
	char id[96];

	lx_buf_printf(&cli->out, "lianxi %s", command->name);
	if (command->operands != NULL)
		lx_buf_printf(&cli->out, " %s", command->operands);
	(void)snprintf(id, sizeof id, "cli.%s", command->name);
	lx_buf_printf(&cli->out, "\n\n%s\n\n", lx_tr(cli->lang, id));
	(void)snprintf(id, sizeof id, "cli.%s?", command->name);
	lx_buf_printf(&cli->out, "%s\n\n", lx_tr(cli->lang, id));
	for (const struct lx_option *o = command->options; o != NULL && o->name != NULL; o++)
		write_option(cli, command->name, o);
	write_option(cli, "common", &lang);
	write_option(cli, "common", &help);
}
