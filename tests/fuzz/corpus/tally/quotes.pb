META
key;value
description;"a; ""b"""
budget;10.50
vote_type;approval
PROJECTS
cost;project_id;name
3.25;x;"one;
two"
2;y;
VOTES
vote;voter_id;note
"x,y";1;"q"
;2;
y,y;3;z
