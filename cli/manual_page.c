/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Manual pages in roff: name, synopsis, description, options, examples, exit status, environment, see also. */
#include "cli/help.h"
#include "cli/manual.h"

#include <string.h>

/* Text as roff takes it: no line of ours begins with a request, and a hyphen of a command stays one. */
static void write_text(struct lx_buf *out, const char *text, bool literal)
{
	for (const char *c = text; *c != '\0'; c++) {
		bool begins = c == text || c[-1] == '\n';
		if (begins && (*c == '.' || *c == '\''))
			lx_buf_str(out, "\\&");
		if (*c == '\\')
			lx_buf_str(out, "\\e");
		else if (*c == '-' && literal)
			lx_buf_str(out, "\\-");
		else if (*c == '"' && literal)
			lx_buf_str(out, "\\(dq");
		else
			lx_buf_char(out, *c);
	}
}

static void write_line(struct lx_buf *out, const char *text)
{
	write_text(out, text, false);
	lx_buf_char(out, '\n');
}

static void section(struct lx_buf *out, enum lx_lang lang, const char *msgid)
{
	lx_buf_printf(out, ".SH %s\n", lx_tr(lang, msgid));
}

static void write_options(struct lx_buf *out, enum lx_lang lang, const struct lx_command *command,
	const struct lx_option *options)
{
	for (const struct lx_option *o = options; o != NULL && o->name != NULL; o++) {
		LX_CLOSE(lx_buf_close) struct lx_buf value = { 0 };
		lx_help_value(&value, o);
		lx_buf_str(out, ".TP\n\\fB\\-\\-");
		write_text(out, o->name, true);
		lx_buf_str(out, "\\fR");
		if (value.len > 0) {
			lx_buf_str(out, "\\fI");
			write_text(out, value.at, true);
			lx_buf_str(out, "\\fR");
		}
		lx_buf_char(out, '\n');
		write_line(out, lx_help_option(lang, command, o));
	}
}

static void write_examples(struct lx_buf *out, enum lx_lang lang, const struct lx_command *command)
{
	size_t n = 0;

	for (const struct lx_example *e = lx_examples; e->command != NULL; e++) {
		if (strcmp(e->command, command->name) != 0)
			continue;
		if (n++ == 0)
			section(out, lang, "manual.examples");
		lx_buf_str(out, ".TP\n\\fB");
		write_text(out, e->line, true);
		lx_buf_str(out, "\\fR\n");
		write_line(out, lx_help_example(lang, command, n));
	}
}

static void write_command(struct lx_buf *out, enum lx_lang lang, const struct lx_command *command)
{
	lx_buf_printf(out, "lianxi\\-%s \\- ", command->name);
	write_line(out, lx_help_title(lang, command));
	section(out, lang, "manual.synopsis");
	lx_buf_printf(out, "\\fBlianxi %s\\fR \\fI", command->name);
	write_text(out, command->operands == NULL ? "" : command->operands, true);
	lx_buf_printf(out, "\\fR [%s]\n", lx_tr(lang, "manual.options_word"));
	section(out, lang, "manual.description");
	write_line(out, lx_help_about(lang, command));
	section(out, lang, "manual.options");
	write_options(out, lang, command, command->options);
	write_options(out, lang, command, lx_common_options);
	write_examples(out, lang, command);
}

static void write_all(struct lx_buf *out, enum lx_lang lang)
{
	lx_buf_str(out, "lianxi \\- ");
	write_line(out, lx_tr(lang, "manual.what"));
	section(out, lang, "manual.synopsis");
	lx_buf_printf(out, "\\fBlianxi\\fR \\fI%s\\fR\n", lx_tr(lang, "manual.command_word"));
	section(out, lang, "manual.description");
	write_line(out, lx_tr(lang, "manual.about"));
	section(out, lang, "manual.commands");
	for (size_t i = 0; lx_commands[i] != NULL; i++) {
		lx_buf_printf(out, ".TP\n\\fBlianxi\\-%s\\fR(1)\n", lx_commands[i]->name);
		write_line(out, lx_help_title(lang, lx_commands[i]));
	}
}

/* The end of every page. */
static void write_end(struct lx_buf *out, enum lx_lang lang, const struct lx_command *command)
{
	static const char *const exits[] = { "0", "1", "2", "3", "4" };
	char id[] = "manual.exit0";

	section(out, lang, "manual.exit");
	for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
		id[sizeof id - 2] = exits[i][0];
		lx_buf_printf(out, ".TP\n%s\n", exits[i]);
		write_line(out, lx_tr(lang, id));
	}
	section(out, lang, "manual.environment");
	lx_buf_str(out, ".TP\nLC_ALL, LC_MESSAGES, LANG\n");
	write_line(out, lx_tr(lang, "manual.environment_lang"));
	lx_buf_str(out, ".TP\nNO_COLOR\n");
	write_line(out, lx_tr(lang, "manual.environment_colour"));
	section(out, lang, "manual.see");
	lx_buf_printf(
		out, "%s\n", command == NULL ? "/usr/share/doc/lianxi/" : "\\fBlianxi\\fR(1)");
}

void lx_manual_page(struct lx_buf *out, enum lx_lang lang, const struct lx_command *command)
{
	lx_buf_str(out, ".\\\" SPDX\\-License\\-Identifier: AGPL\\-3.0\\-or\\-later\n"
			".\\\" Written by `lianxi manual` from what --help says.\n.TH LIANXI");
	for (const char *c = command == NULL ? "" : command->name; *c != '\0'; c++)
		lx_buf_printf(out, "%s%c", c == command->name ? "\\-" : "",
			*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	lx_buf_str(out, " 1 \"\" \"lianxi " LX_VERSION "\"\n");
	section(out, lang, "manual.name");
	if (command == NULL)
		write_all(out, lang);
	else
		write_command(out, lang, command);
	write_end(out, lang, command);
}
