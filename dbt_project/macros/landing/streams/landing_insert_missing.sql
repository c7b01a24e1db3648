{% macro landing_insert_missing(feed, buffer) -%}
    {%- set names = landing_raw_columns(feed) -%}
    {%- set sql -%}
        insert into {{ landing_table(feed) }} ({{ names | join(', ') }})
        select b.{{ names | join(', b.') }} from {{ buffer }} b
        where not exists (
            select 1 from {{ landing_table(feed) }} r where {{ landing_same_version(feed, 'r', 'b') }}
        )
    {%- endset -%}
    {{ return(landing_scalar(sql)) }}
{%- endmacro %}
