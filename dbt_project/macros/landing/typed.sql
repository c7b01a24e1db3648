{#- From text to a column's type, or to the reason why not. Nothing is rounded, shifted or guessed:
    a value that the type cannot hold exactly is a fault of its row. -#}

{#- Text as it is cast: blanks around a value do not count, and UTC may be said or not. -#}
{% macro landing_text(raw, type) -%}
    {%- if type == 'text' -%}
        {{ return("nullif(" ~ raw ~ ", '')") }}
    {%- elif type.startswith('timestamp') -%}
        {{ return("replace(rtrim(nullif(trim(" ~ raw ~ "), ''), 'Z'), '+00:00', '')") }}
    {%- endif -%}
    {{ return("nullif(trim(" ~ raw ~ "), '')") }}
{%- endmacro %}

{% macro landing_value(raw, type) -%}
    {%- set type = type | lower -%}
    {%- if type == 'text' -%}
        {{ return(landing_text(raw, type)) }}
    {%- endif -%}
    {{ return('try_cast(' ~ landing_text(raw, type) ~ ' as ' ~ type ~ ')') }}
{%- endmacro %}

{#- True where a value is there and cannot become the type; none for text, which always can. -#}
{% macro landing_fault(raw, type) -%}
    {%- set type = type | lower -%}
    {%- set text = landing_text(raw, type) -%}
    {%- if type == 'text' -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set faults = [landing_value(raw, type) ~ ' is null'] -%}
    {%- if type.startswith('number') -%}
        {#- A cast rounds what has too many decimals, and takes 1e3. -#}
        {%- set scale = type.split(',')[1].strip(' )') -%}
        {%- set usual = '[^eE.]*([.][^eE]{0,' ~ scale ~ '}0*)?' -%}
        {%- do faults.append('not rlike(' ~ text ~ ', ' ~ landing_literal(usual) ~ ')') -%}
    {%- elif type == 'date' or type.startswith('timestamp') -%}
        {#- A cast takes 12345 for seconds since 1970 and 01/02/2026 for January, and drops the
            offset when the type has no zone. -#}
        {%- do faults.append('not rlike(' ~ text ~ ", '.{4}-.{2}-.{2}[^+-]*')") -%}
    {%- endif -%}
    {{ return("(nullif(trim(" ~ raw ~ "), '') is not null and (" ~ faults | join(' or ') ~ '))') }}
{%- endmacro %}

{#- Every way a row of the load buffer can be bad: [{column, test, reason}], reasons as SQL text.
    The buffer has c1..cn and one field more: null means that the row ended before it. -#}
{% macro landing_rules(feed) -%}
    {%- set columns = landing_delivered(feed) -%}
    {%- set n = columns | length -%}
    {%- set rules = [
        {'test': 'c' ~ n ~ ' is null', 'reason': landing_literal('fewer than ' ~ n ~ ' fields')},
        {'test': 'c' ~ (n + 1) ~ ' is not null', 'reason': landing_literal('more than ' ~ n ~ ' fields')},
    ] -%}
    {%- for column in columns -%}
        {%- set raw = 'c' ~ loop.index -%}
        {%- if column.name in feed.config.meta.landing.key -%}
            {%- do rules.append({
                'test': "coalesce(trim(" ~ raw ~ "), '') = ''",
                'reason': landing_literal(column.name ~ ' is empty'),
            }) -%}
        {%- endif -%}
        {%- set fault = landing_fault(raw, column.data_type) -%}
        {%- if fault -%}
            {%- do rules.append({
                'test': fault,
                'reason': landing_literal(column.name ~ ": '") ~ ' || left(' ~ raw ~ ', 100) || '
                    ~ landing_literal("' is not " ~ column.data_type | lower),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- Never null, so that a row is good or bad and never neither. -#}
{% macro landing_is_bad(feed) -%}
    {{ return('coalesce(' ~ landing_rules(feed) | map(attribute='test') | join(' or ') ~ ', true)') }}
{%- endmacro %}

{% macro landing_reasons(feed) -%}
    {%- set parts = [] -%}
    {%- for rule in landing_rules(feed) -%}
        {%- do parts.append('case when ' ~ rule.test ~ " then '; ' || " ~ rule.reason ~ " else '' end") -%}
    {%- endfor -%}
    {{ return("ltrim(" ~ parts | join(' || ') ~ ", '; ')") }}
{%- endmacro %}
