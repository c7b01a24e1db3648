{% macro surrogate_key(columns) -%}
    md5(
        {%- for column in columns %}
        coalesce({{ column }}::text, '<null>')
        {%- if not loop.last %} || '|' ||{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
