{% macro landing_evolve_table(feed) -%}
    {%- set table = landing_table(feed) -%}
    {%- set wanted = landing_raw_columns(feed) -%}
    {%- do run_query(landing_create_table(feed)) -%}
    {%- set existing = landing_existing_columns(feed) -%}
    {%- set differing = [] -%}
    {%- for name, type in existing.items() if not landing_same_type(wanted.get(name), type) -%}
        {%- do differing.append(name ~ ' is ' ~ type ~ ', wanted: ' ~ wanted.get(name, 'no such column')) -%}
    {%- endfor -%}
    {%- if differing and not landing_scalar('select count(*) from (select 1 as one from ' ~ table ~ ' limit 1) r') | int -%}
        {%- do run_query(landing_create_table(feed, or_replace=true)) -%}
        {%- do print(feed.name ~ ': replaced the empty table, because ' ~ differing | join('; ')) -%}
    {%- elif differing -%}
        {{ exceptions.raise_compiler_error(
            'LANDING ' ~ feed.name ~ ': a column was removed or changed in the landing block, and ' ~ table
            ~ ' has rows with it (' ~ differing | join('; ') ~ '). Raw tables only gain columns: put it back,'
            ~ ' and add a new column next to it or a new feed with an identifier of its own.'
        ) }}
    {%- else -%}
        {%- do landing_add_columns(feed, existing) -%}
    {%- endif -%}
{%- endmacro %}
