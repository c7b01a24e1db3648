{% macro landing_rules(feed) -%}
    {%- set columns = landing_delivered(feed) -%}
    {%- set n = columns | length -%}
    {%- set block = feed.config.meta.landing -%}
    {%- set rules = [] -%}
    {%- if not landing_is_stream(feed) -%}
        {#- Null means that the row ended before this field. -#}
        {#- A line with NUL comes as one field, in which U+2400 stands for it (dags/landing/records.py). -#}
        {%- set fewer = "case when contains(c1, '␀') then 'a NUL byte, shown as ␀' else "
            ~ landing_literal('fewer than ' ~ n ~ ' fields') ~ ' end' -%}
        {%- do rules.extend([
            {'test': 'c' ~ n ~ ' is null', 'reason': fewer},
        ]) -%}
        {%- if landing_has_format(feed) -%}
            {%- set faults = landing_added_fields(feed).faults -%}
            {%- do rules.append({'test': "coalesce(" ~ faults ~ ", '') <> ''", 'reason': faults}) -%}
        {%- else -%}
            {%- do rules.append({
                'test': 'c' ~ (n + 1) ~ ' is not null', 'reason': landing_literal('more than ' ~ n ~ ' fields'),
            }) -%}
        {%- endif -%}
    {%- endif -%}
    {%- for column in columns -%}
        {%- set raw = 'c' ~ loop.index -%}
        {%- if column.name in block.key + block.get('required', []) -%}
            {#- In a stream, an empty text is a value. -#}
            {%- set is_value = landing_is_stream(feed) and column.name not in block.key -%}
            {%- do rules.append({
                'test': raw ~ ' is null' if is_value else "coalesce(trim(" ~ raw ~ "), '') = ''",
                'reason': landing_literal(column.name ~ ' is empty'),
            }) -%}
        {%- endif -%}
        {%- set fault = landing_fault(feed, raw, column.data_type) -%}
        {%- if fault -%}
            {%- do rules.append({
                'test': fault,
                'reason': landing_literal(column.name ~ ": '") ~ ' || left(' ~ raw ~ ', 100) || '
                    ~ landing_literal("' is not " ~ column.data_type | lower ~ landing_written(column.data_type)),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}
