[course header]
version = 2
Units = METRIC
description = Zwei Blöcke über und unter der Schwelle
File Name = C:\Workouts\Over/unders.MRC

minutes   percentage
[end course header]
[COURSE DATA]
0	40
5	60
5	95
7	95%
7	105
8	105
8	50
; a comment
10,5	50
10.5	LAP	Second block
10.5	95
12.5	95
12.5	105
13.5	105	90
13.5	45
20	40
[END COURSE DATA]
[COURSE TEXT]
0	Warm-up	10
240	Stand up in 10 seconds	10
420	Stand!	10
450	Rep 1 of 2	10
480	Sit: 85-95 rpm	10
300	Kante halten – nicht mehr	15
[END COURSE TEXT]
