{% macro differs_within(column, group) -%}
    (
            coalesce(
                min({{ column }}) over (partition by {{ group }}) != max({{ column }}) over (partition by {{ group }}),
                false
            )
            or count({{ column }}) over (partition by {{ group }}) not in (0, count(*) over (partition by {{ group }}))
        )
{%- endmacro %}
