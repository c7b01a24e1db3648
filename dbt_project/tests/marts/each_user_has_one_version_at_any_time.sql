-- A user's versions follow each other without gap or overlap, and cover all of time.
with

versions as (

    select
        user_id,
        valid_from,
        valid_to,
        lag(valid_to, 1, {{ beginning_of_time() }}) over (
            partition by user_id, is_unknown order by valid_from
        ) as previous_valid_to,
        lead(valid_from, 1, {{ end_of_time() }}) over (
            partition by user_id, is_unknown order by valid_from
        ) as next_valid_from

    from {{ ref('dim_users') }}

)

select * from versions

where
    valid_from != previous_valid_to
    or valid_to != next_valid_from
