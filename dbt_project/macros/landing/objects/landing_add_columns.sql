{% macro landing_add_columns(feed, existing) -%}
    {#- The audit reads the comment: what landed before has no value to compare. A run of dbt and a
        landing may do this at the same time. -#}
    {%- set comment = 'Added ' ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ ' UTC, null in rows that landed before.' -%}
    {%- for name, type in landing_raw_columns(feed).items() if name not in existing -%}
        {%- do run_query(
            'alter table ' ~ landing_table(feed) ~ ' add column if not exists ' ~ name ~ ' ' ~ type
            ~ ' comment ' ~ landing_literal(comment)
        ) -%}
        {%- do print(feed.name ~ ': added column ' ~ name ~ ' ' ~ type) -%}
    {%- endfor -%}
{%- endmacro %}
