{% macro changed_groups(key) -%}
select {{ key }}
        from {{ ref('fct_transactions') }}
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
            from {{ ref('fct_transactions') }}
            group by {{ key }}
        ) as present
            on built.{{ key }} = present.{{ key }}
        where built.transactions != coalesce(present.transactions, 0)
{%- endmacro %}
