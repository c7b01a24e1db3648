{% macro is_late(happened_at, arrived_at) -%}
    coalesce(datediff('second', {{ happened_at }}, {{ arrived_at }}) > 3600 * {{ var('late_after_hours') }}, false)
{%- endmacro %}
