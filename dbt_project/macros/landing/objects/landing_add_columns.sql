{% macro landing_add_columns(feed, existing) -%}
    {#- A run of dbt and a landing may do this at the same time. -#}
    {%- for name, type in landing_raw_columns(feed).items() if name not in existing -%}
        {%- do run_query('alter table ' ~ landing_table(feed) ~ ' add column if not exists ' ~ name ~ ' ' ~ type) -%}
        {%- do print(feed.name ~ ': added column ' ~ name ~ ' ' ~ type) -%}
    {%- endfor -%}
{%- endmacro %}
