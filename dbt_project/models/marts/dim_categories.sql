with

categories as (

    select * from {{ ref('categories') }}

),

members as (

    select
        {{ surrogate_key(['category']) }} as category_key,
        category,
        category_group,
        transaction_type,
        is_essential,
        false as is_unknown

    from categories

    union all

    select
        {{ unknown_key() }} as category_key,
        {{ unknown_key() }} as category,
        {{ unknown_key() }} as category_group,
        {{ unknown_key() }} as transaction_type,
        null::boolean as is_essential,
        true as is_unknown

)

select * from members
