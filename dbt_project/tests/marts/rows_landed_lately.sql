{{ config(severity='warn') }}

{{ stale_sources() }}
