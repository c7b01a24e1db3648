{#- From text to a column's type, or to the reason why not. Nothing is rounded, shifted, cut or guessed:
    a value that the type cannot hold exactly is a fault of its row. Only `float` is inexact by nature.

    The database computes each mention of a value anew, over all rows: hence one cast and one pattern
    for a column. -#}

{#- How a value must be written, where a cast alone would take too much: it rounds decimals, takes
    1e3, 12345 for seconds since 1970 and 01/02/2026 for January, and drops a time of day or an
    offset that the type has no room for. UTC may be said or not. -#}
{% macro landing_pattern(type) -%}
    {%- if type.startswith('number') -%}
        {%- set digits, scale = type.strip('number()').split(',') | map('trim') | map('int') -%}
        {{ return('[+-]?0*[0-9]{0,' ~ (digits - scale) ~ '}([.][0-9]{0,' ~ scale ~ '}0*)?') }}
    {%- elif type == 'float' -%}
        {{ return('[+-]?[0-9]*[.]?[0-9]*([eE][+-]?[0-9]+)?') }}
    {%- elif type == 'date' -%}
        {{ return('[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]00:00:00([.]0*)?)?') }}
    {%- elif type.startswith('timestamp') -%}
        {%- set time = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{0,6}0*)?)?' -%}
        {{ return('[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]' ~ time ~ '(Z|[+]00:00)?)?') }}
    {%- endif -%}
{%- endmacro %}

{#- As it is cast: blanks around a value do not count, and of a time no more than its pattern lets be
    other than zero. A file says nothing for null and for an empty text alike; a stream tells them
    apart. -#}
{% macro landing_value(feed, raw, type) -%}
    {%- set type = type | lower -%}
    {%- if type == 'text' -%}
        {{ return(raw if landing_is_stream(feed) else 'nullif(' ~ raw ~ ", '')") }}
    {%- endif -%}
    {%- set text = "nullif(trim(" ~ raw ~ "), '')" -%}
    {%- if type.startswith('timestamp') -%}
        {%- set text = "left(replace(rtrim(" ~ text ~ ", 'Z'), '+00:00', ''), 26)" -%}
    {%- elif type == 'date' -%}
        {%- set text = 'left(' ~ text ~ ', 10)' -%}
    {%- endif -%}
    {{ return('try_cast(' ~ text ~ ' as ' ~ type ~ ')') }}
{%- endmacro %}

{#- A value for each column of the feed, from c1..cn. -#}
{% macro landing_values(feed) -%}
    {%- set values = [] -%}
    {%- for column in landing_delivered(feed) -%}
        {%- do values.append(landing_value(feed, 'c' ~ loop.index, column.data_type)) -%}
    {%- endfor -%}
    {{ return(values) }}
{%- endmacro %}

{#- True where a value is there and cannot become the type; none for text, which always can. -#}
{% macro landing_fault(feed, raw, type) -%}
    {%- set type = type | lower -%}
    {%- if type == 'text' -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set faults = [landing_value(feed, raw, type) ~ ' is null'] -%}
    {%- set pattern = landing_pattern(type) -%}
    {%- if pattern -%}
        {%- do faults.append('not rlike(trim(' ~ raw ~ '), ' ~ landing_literal(pattern) ~ ')') -%}
    {%- endif -%}
    {{ return("(nullif(trim(" ~ raw ~ "), '') is not null and (" ~ faults | join(' or ') ~ '))') }}
{%- endmacro %}

{#- Every way a row of the load buffer can be bad: [{test, reason}], reasons as SQL text.
    A file's buffer has c1..cn and one field more: null means that the row ended before it. -#}
{% macro landing_rules(feed) -%}
    {%- set columns = landing_delivered(feed) -%}
    {%- set n = columns | length -%}
    {%- set rules = [] -%}
    {%- if not landing_is_stream(feed) -%}
        {%- do rules.extend([
            {'test': 'c' ~ n ~ ' is null', 'reason': landing_literal('fewer than ' ~ n ~ ' fields')},
            {'test': 'c' ~ (n + 1) ~ ' is not null', 'reason': landing_literal('more than ' ~ n ~ ' fields')},
        ]) -%}
    {%- endif -%}
    {%- for column in columns -%}
        {%- set raw = 'c' ~ loop.index -%}
        {%- if column.name in feed.config.meta.landing.key -%}
            {%- do rules.append({
                'test': "coalesce(trim(" ~ raw ~ "), '') = ''",
                'reason': landing_literal(column.name ~ ' is empty'),
            }) -%}
        {%- endif -%}
        {%- set fault = landing_fault(feed, raw, column.data_type) -%}
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
