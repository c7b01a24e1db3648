{#- Keys of an incremental summary's groups that have to be built again: a fact of the group was
    written since the summary last looked, or the group holds fewer facts than it was built from,
    because a new version of a fact belongs to another group. -#}
{% macro changed_groups(facts, key) -%}
    select {{ key }}
    from {{ facts }}
    where transformed_at > (
        select coalesce(max(built.facts_transformed_at), {{ beginning_of_time() }})
        from {{ this }} as built
    )

    union

    select built.{{ key }}
    from (
        select {{ key }}, sum(transactions) as transactions
        from {{ this }}
        group by {{ key }}
    ) as built
    left join (
        select {{ key }}, count(*) as transactions
        from {{ facts }}
        group by {{ key }}
    ) as present
        on built.{{ key }} = present.{{ key }}
    where built.transactions != coalesce(present.transactions, 0)
{%- endmacro %}
