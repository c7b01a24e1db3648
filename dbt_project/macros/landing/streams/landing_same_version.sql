{% macro landing_same_version(feed, one, other) -%}
    {%- set same = [] -%}
    {%- for name in feed.config.meta.landing.key + ['ingest_xid', 'source_database'] -%}
        {%- do same.append(one ~ '.' ~ name ~ ' = ' ~ other ~ '.' ~ name) -%}
    {%- endfor -%}
    {{ return(same | join(' and ')) }}
{%- endmacro %}
