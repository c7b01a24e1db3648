{% macro landing_is_stream(feed) -%}
    {%- set origin = feed.config.meta.landing['from'] -%}
    {%- if origin is not string and 'relation' not in origin and 'files' not in origin -%}
        {{ exceptions.raise_compiler_error(
            feed.name ~ ': landing.from names neither files nor a relation: add one of the two.'
        ) }}
    {%- endif -%}
    {{ return(origin is mapping and 'relation' in origin) }}
{%- endmacro %}
